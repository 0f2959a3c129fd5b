"""What auditors do with a record of everything, be it an archive or Kafka itself; one module per command.

    verify, memory          an archive, computed anew from its bytes, and held to what was seen before
    receipt, pack           proofs to hand out, and a program that checks them without us
    again, beside, shares   every decision made again: by the same rules, by other rules, in processes
    trace, picture          from a payment to the need it began with, and back
    past_state              what an aggregate was at any moment, and what made the difference
    replay, sandbox         a chosen part of the past: read, or sent to a broker that is nobody's
    check, report, export   invariants with amounts, a day in numbers, columns for other people's tools

Everything reads from a `Source`; nothing here can write to what it reads from.
"""
