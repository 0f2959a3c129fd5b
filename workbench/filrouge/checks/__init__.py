"""What is checked over the whole stream, a file per subject; `filrouge.invariants` runs them.

No check needs an order between partitions: what depends on order is sorted by the sequence of the lane
that decided it.
"""
