"""How debts and payments are corrected."""

from __future__ import annotations

from filrouge_contracts.correction import (
    CorrectionRefused,
    CreditNoteRecorded,
    CreditNoteSubmitted,
    PenaltyDecided,
    PenaltyRecorded,
    RepaymentDue,
    RepaymentOrdered,
    RepaymentReceived,
    RepaymentRecorded,
)
from filrouge_contracts.entry import BUDGET_ACCOUNTING, Entry
from filrouge_contracts.table.budget import BUDGET

ENTRIES = (
    Entry(
        PenaltyDecided,
        BUDGET,
        "{engagement}",
        ("buyer",),
        (BUDGET_ACCOUNTING,),
        "PenaltyRecorded, CorrectionRefused or EventHeld",
        "at once",
    ),
    Entry(
        PenaltyRecorded,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "InvoiceMatched withholds it, else RepaymentDue",
        "no limit",
    ),
    Entry(
        CreditNoteSubmitted,
        BUDGET,
        "{engagement}",
        ("supplier", "association"),
        (BUDGET_ACCOUNTING,),
        "CreditNoteRecorded, CorrectionRefused or EventHeld",
        "at once",
    ),
    Entry(
        CreditNoteRecorded,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "RepaymentDue if more was paid already",
        "at once",
    ),
    Entry(
        RepaymentOrdered,
        BUDGET,
        "{engagement}",
        ("buyer", "ministry"),
        (BUDGET_ACCOUNTING,),
        "RepaymentDue, CorrectionRefused or EventHeld",
        "at once",
    ),
    Entry(
        RepaymentDue,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "RepaymentReceived",
        "no limit",
    ),
    Entry(
        RepaymentReceived,
        BUDGET,
        "{engagement}",
        ("accountant",),
        (BUDGET_ACCOUNTING,),
        "RepaymentRecorded, CorrectionRefused or EventHeld",
        "at once",
    ),
    Entry(
        RepaymentRecorded,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "CashReturnRequested",
        "at once",
    ),
    Entry(
        CorrectionRefused,
        BUDGET,
        "{engagement}",
        (BUDGET_ACCOUNTING,),
        (),
        "who said it corrects it",
        "no limit",
    ),
)
