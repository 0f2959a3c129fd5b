"""Filrouge's archive: one verifiable log per partition, and a manifest that commits to all of them."""
