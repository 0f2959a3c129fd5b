"""A program that reads everything while it happens and decides nothing: the plan as ops and ministry see it."""
