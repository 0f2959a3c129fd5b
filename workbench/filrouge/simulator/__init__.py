"""Plays the partners of the plan, through a client of its own, and keeps books of its own.

Nothing here imports a rule, a service or the chassis: what it expects is worked out by other code than
what it is compared with.
"""
