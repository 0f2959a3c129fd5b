"""Kafka put back from the archive: what a broker has lost comes to lie where it was, as it was."""
