"""What tutoring_sessions is made of."""

from __future__ import annotations

from filrouge_chassis.decider import Decider, Due
from filrouge_contracts.budget import CommitmentAccepted, CommitmentRefused
from filrouge_contracts.entry import TUTORING
from filrouge_contracts.programme import MinutesChanged
from filrouge_contracts.pupil import EnrolmentAccepted, EnrolmentRefused
from filrouge_contracts.slot import PupilBooked, SlotRefused, SlotReleaseRequested, SlotRevoked

from tutoring_sessions import calendars, hours, mentors, pupils, reports, rules, sessions
from tutoring_sessions.people_state import Mentor, Pupil
from tutoring_sessions.session_state import Session
from tutoring_sessions.state import EVOLUTIONS, Programme

TABLES = {
    "programme": rules.TABLE,
    "mentor": mentors.TABLE,
    "pupil": pupils.TABLE,
    "session": sessions.TABLE,
}

DECIDER = Decider(
    service=TUTORING,
    states={"programme": Programme, "mentor": Mentor, "pupil": Pupil, "session": Session},
    rules={
        **{(kind, word): table.hear for kind, table in TABLES.items() for word in table.words},
        ("programme", CommitmentAccepted): rules.fund,
        ("programme", CommitmentRefused): rules.refuse_without_money,
        ("programme", MinutesChanged): hours.count,
        ("programme", Due): rules.wake,
        ("mentor", SlotReleaseRequested): calendars.release,
        ("mentor", Due): mentors.TABLE.give_up,
        ("pupil", EnrolmentAccepted): pupils.enrol,
        ("pupil", EnrolmentRefused): pupils.refuse_enrolment,
        ("pupil", SlotReleaseRequested): pupils.release,
        ("pupil", Due): pupils.wake,
        ("session", PupilBooked): reports.record_report,
        ("session", SlotRefused): reports.refuse_report,
        ("session", SlotRevoked): reports.lose_slot,
        ("session", Due): reports.wake,
    },
    evolutions=EVOLUTIONS,
)
