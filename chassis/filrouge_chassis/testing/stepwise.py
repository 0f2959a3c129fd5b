"""A lane whose every step is taken by the test: decide, commit, journal, publish, or not."""

from __future__ import annotations

from datetime import datetime

from filrouge_contracts.control import TickPassed
from filrouge_contracts.event import Event
from filrouge_contracts.parking import RecordParked, RecordRedriven
from filrouge_contracts.topics import CONTROL, topic

from filrouge_chassis.batch import Batch, Decided
from filrouge_chassis.control import Control, ControlLog
from filrouge_chassis.decider import Decider, State
from filrouge_chassis.facts import FactReader
from filrouge_chassis.journal import Journal
from filrouge_chassis.lane_row import LaneRow
from filrouge_chassis.layout import FactLayout
from filrouge_chassis.opening import Opened, open_lane
from filrouge_chassis.outbound import Identity
from filrouge_chassis.progress import Progress
from filrouge_chassis.records import (
    Outgoing,
    Partition,
    RawRecord,
    decode_outgoing,
    encode_outgoing,
)
from filrouge_chassis.replay import Past
from filrouge_chassis.states import stored_states
from filrouge_chassis.store import OutboxRow
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.fake_log import FakeBroker, FakeLog
from filrouge_chassis.testing.fake_store import FakeDatabase, FakeLaneStore
from filrouge_chassis.testing.producer import Producer


class Stepwise:
    """The only lane of a toy service (every topic has one partition), on fakes."""

    def __init__(
        self,
        decider: Decider = toy.ORDERS,
        broker: FakeBroker | None = None,
        database: FakeDatabase | None = None,
        control: ControlLog | None = None,
    ) -> None:
        self.decider = decider
        self.broker, self.database = broker or FakeBroker(), database or FakeDatabase()
        self.log, self.control = FakeLog(self.broker), control or ControlLog()
        layout = FactLayout(decider.service)
        self.reader = FactReader(decider, layout.redrive_suffix)
        self.identity = Identity(decider.service, 0, 1, "test", decider.fingerprint())
        self.past = Past(decider, self.reader, self.log, self.control, self.identity)
        self.partitions = [Partition(name, 0) for name in layout.topics]
        self.store = FakeLaneStore(self.database, 0, self.identity.shape)
        self.states: dict[str, State] = {}
        self.committed, self.progress = LaneRow(), Progress(LaneRow(), Control())
        self.last: Decided | None = None
        self.version = ""
        self.gateway = Producer("partner_gateway", 0, 1, toy.START)

    # --- the world around ------------------------------------------------------------------------

    def write(self, *records: Outgoing) -> list[RawRecord]:
        """Appends the records and returns them as Kafka hands them out."""
        written = []
        for record in records:
            offset = self.broker.append(record)
            place = Partition(record.topic, record.partition)
            written.append(self.broker.partitions[place][offset])
        return written

    def hear(self, *events: Event) -> list[RawRecord]:
        """Facts that the gateway admitted."""
        return self.write(*self.gateway.say(*events))

    def redrive(self, *parked: RecordParked) -> list[RawRecord]:
        """Parked records that an operator sends back, in this order."""
        name = topic(f"redrive.{self.decider.service}")
        said = [
            RecordRedriven(
                service=event.service,
                lane=event.lane,
                key=event.key,
                index=event.index,
                parked=event,
                redriven_by="U-1",
            )
            for event in parked
        ]
        return self.write(*(Outgoing(name, 0, e.key.encode(), e.to_json(), ()) for e in said))

    def unread(self) -> list[RawRecord]:
        """What Kafka holds and the lane has not read, one partition after the other."""
        positions = self.progress.row.positions
        return [
            record
            for place in self.partitions
            for record in self.broker.partitions[place][positions.get(str(place), 0) :]
        ]

    def tick(self, at: datetime) -> int:
        """The clock moves on; returns the end of control."""
        said = TickPassed(at=at)
        offset = self.broker.append(Outgoing(CONTROL, 0, b"", said.to_json(), ()))
        self.control.append(offset, said, self.broker.clock_ms)
        return self.control.end

    async def woken(self, at: datetime) -> Batch:
        """A batch in which a tick wakes all that is due in the database."""
        batch = self.batch()
        batch.take_control(self.control, self.tick(at))
        due = await self.store.due(batch.progress.row.now_us, (-1, ""), 1000)
        batch.wake(due, done=True)
        return batch

    # --- steps -------------------------------------------------------------------------------------

    def batch(self, *records: RawRecord) -> Batch:
        """A batch on copies, with these records taken."""
        batch = Batch(self.decider, self.identity, self.committed, self.progress, self.states)
        self.take(batch, *records)
        return batch

    def take(self, batch: Batch, *records: RawRecord) -> None:
        """Takes these records as well."""
        for record in records:
            batch.take(record, self.reader.read(record))

    def keep(self, batch: Batch, note_anyway: bool = False) -> Decided | None:
        """Takes the batch as done, in memory only."""
        decided = batch.finish(note_anyway)
        self.progress = batch.progress
        if decided is not None:
            self.committed = batch.progress.row
            self.states.update(decided.states)
        return decided

    async def commit(self, batch: Batch) -> OutboxRow:
        """Takes the batch as done, in memory and in the database."""
        decided = self.last = self.keep(batch, note_anyway=True)
        assert decided is not None
        row = outbox_row(decided)
        states = stored_states(decided.states)
        self.version = await self.store.commit(self.version, self.committed, states, row, 0)
        return row

    def publish(self, row: OutboxRow, events: int | None = None) -> None:
        """Writes the journal record and so many of the events (None: all) to Kafka."""
        self.write(*decode_outgoing(row.journal), *decode_outgoing(row.events)[:events])

    async def open(self) -> Opened:
        """Opens the lane as a process does that has just been given it."""
        opened = await open_lane(self.past, self.partitions, self.store)
        self.version, self.committed = opened.version, opened.row
        control = self.control.advance(Control(), opened.row.control_offset)
        self.progress = Progress(opened.row, control)
        return opened

    def journal(self) -> Journal:
        return Journal.of(self.log, self.identity)


def outbox_row(decided: Decided) -> OutboxRow:
    """The batch as a lane puts it into its outbox."""
    journal = encode_outgoing([decided.journal])
    return OutboxRow(decided.note.first_sequence, journal, decided.events_bytes)


def parked_in(decided: Decided | None) -> list[RecordParked]:
    """What a batch has set aside."""
    events = () if decided is None else decided.events
    parked = [event for event in events if event.topic.startswith("parked.")]
    return [RecordParked.from_json(event.value) for event in parked]
