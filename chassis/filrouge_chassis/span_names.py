"""The steps of a trace, each named once."""

from __future__ import annotations

from filrouge_chassis.catalogue import Span

DECIDE = Span("decide", "A record in a service, until what follows from it is durable")
PARK = Span("park", "A record is set aside, by a defect of its own or behind another one")
SEND = Span("send", "An event on its way from the outbox to Kafka")
BATCH = Span("batch", "Records that are one transaction; linked to the decisions in it")
READ = Span("read", "Records of the batch come from Kafka")
FOLD = Span("fold", "The rules decide, and states change in memory")
COMMIT = Span("commit", "PostgreSQL takes states, positions and the outbox at once")
PUBLISH = Span("publish", "Kafka takes the journal and the events of a row")
SPANS = (DECIDE, PARK, SEND, BATCH, READ, FOLD, COMMIT, PUBLISH)
