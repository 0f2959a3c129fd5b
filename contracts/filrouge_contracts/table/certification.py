"""How certified deliveries reach the accounts, and come back."""

from __future__ import annotations

from filrouge_contracts.certification import (
    ServiceCertified,
    ServiceWithdrawalRefused,
    ServiceWithdrawalRequested,
    ServiceWithdrawn,
)
from filrouge_contracts.entry import BUDGET_ACCOUNTING, DELIVERIES, Entry
from filrouge_contracts.table.delivery import DELIVERY

ENTRIES = (
    Entry(
        ServiceCertified,
        DELIVERY,
        "order:{order}",
        (DELIVERIES,),
        (BUDGET_ACCOUNTING,),
        "ServiceRecorded",
        "at once",
    ),
    Entry(
        ServiceWithdrawalRequested,
        DELIVERY,
        "order:{order}",
        (DELIVERIES,),
        (BUDGET_ACCOUNTING,),
        "ServiceWithdrawn or ServiceWithdrawalRefused",
        "at once",
    ),
    Entry(
        ServiceWithdrawn,
        DELIVERY,
        "order:{order}",
        (BUDGET_ACCOUNTING,),
        (DELIVERIES,),
        "the buyer's decision is taken",
        "at once",
    ),
    Entry(
        ServiceWithdrawalRefused,
        DELIVERY,
        "order:{order}",
        (BUDGET_ACCOUNTING,),
        (DELIVERIES,),
        "the admission by silence stays",
        "at once",
    ),
)
