"""Who tutors whom, and what an association says about it."""

from __future__ import annotations

from datetime import timedelta

from filrouge.simulator.words import digest
from filrouge_contracts.budget import CreditsOpened
from filrouge_contracts.invoicing import InvoiceSubmitted
from filrouge_contracts.mentor import (
    Check,
    CheckResult,
    CheckType,
    MentorChecked,
    MentorRegistered,
    PairFormed,
)
from filrouge_contracts.programme import (
    HoursApproved,
    HoursCertified,
    HoursStated,
    ProgrammeRegistered,
)
from filrouge_contracts.pupil import PupilEnrolled
from filrouge_contracts.session import SessionReported, SessionScheduled, SessionValidated

from tests.integration.buying import Ministry
from tests.integration.person import CAST, Accountant, Person
from tests.integration.village import Village

RATE_CENTS = 18_00
PUPIL = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


class Association(Person):
    async def registers_programme(self, credits: CreditsOpened, hours: int) -> ProgrammeRegistered:
        today = self.village.today
        return await self.says(
            ProgrammeRegistered,
            "registered_at",
            "registered_by",
            programme=self.ref("PROGRAMME"),
            association=self.siret,
            iban=self.partner.iban,
            budget_line=credits.budget_line,
            funded_hours=hours,
            hourly_rate_cents=RATE_CENTS,
            starts_at=today,
            ends_at=today + timedelta(days=60),
        )

    async def registers_mentor(self, checked_for_days: int) -> MentorRegistered:
        return await self.says(
            MentorRegistered,
            "registered_at",
            "registered_by",
            mentor=self.ref("MENTOR"),
            association=self.siret,
            check=self._clear(checked_for_days),
        )

    async def checks_again(self, mentor: MentorRegistered, days: int) -> MentorChecked:
        return await self.village.say(
            self.partner,
            MentorChecked(mentor=mentor.mentor, association=self.siret, check=self._clear(days)),
        )

    def _clear(self, days: int) -> Check:
        """A check that lasts so many days from today on."""
        return Check(
            type=CheckType.B3,
            result=CheckResult.CLEAR,
            checked_at=self.village.today,
            expires_at=self.village.today + timedelta(days=days),
            checked_by=self.code,
        )

    async def enrols_pupil(self, programme: ProgrammeRegistered) -> PupilEnrolled:
        return await self.says(
            PupilEnrolled,
            "enrolled_at",
            "enrolled_by",
            pupil=PUPIL,
            association=self.siret,
            programme=programme.programme,
            parental_authorisation_sha256=digest(self.ref("AUTHORISATION")),
        )

    async def forms_pair(self, mentor: MentorRegistered, pupil: PupilEnrolled) -> PairFormed:
        return await self.says(
            PairFormed,
            "formed_at",
            "formed_by",
            pair=self.ref("PAIR"),
            association=self.siret,
            programme=pupil.programme,
            mentor=mentor.mentor,
            pupil=pupil.pupil,
        )

    async def holds_session(self, pair: PairFormed, minutes: int, number: int) -> SessionReported:
        """Planned, just over, reported and vouched for."""
        session, starts_at = self.ref(f"SESSION{number}"), self.village.today
        await self.says(
            SessionScheduled,
            "scheduled_at",
            "scheduled_by",
            session=session,
            association=self.siret,
            programme=pair.programme,
            pair=pair.pair,
            mentor=pair.mentor,
            pupil=pair.pupil,
            starts_at=starts_at,
        )
        reported = await self.says(
            SessionReported,
            "reported_at",
            "reported_by",
            session=session,
            association=self.siret,
            starts_at=starts_at,
            minutes=minutes,
            reported_at=starts_at + timedelta(minutes=minutes),
        )
        await self.says(
            SessionValidated,
            "validated_at",
            "validated_by",
            session=session,
            association=self.siret,
            validated_by=self.colleague,
        )
        return reported

    async def invoices(self, done: HoursCertified) -> InvoiceSubmitted:
        return await self.asks_for_money(
            f"programme:{done.programme}", done.certificate, done.hours, RATE_CENTS
        )


class State(Person):
    """Whoever approves hours for it."""

    async def approves(self, stated: HoursStated) -> HoursApproved:
        return await self.says(
            HoursApproved,
            "approved_at",
            "approved_by",
            programme=stated.programme,
            certificate=stated.certificate,
        )


class Tutoring:
    """The people of one story of tutoring."""

    def __init__(self, village: Village, story: str) -> None:
        self.ministry = Ministry(village, CAST.ministry, story)
        self.association = Association(village, CAST.associations[0], story)
        self.state = State(village, CAST.buyers[0], story)
        self.accountant = Accountant(village, CAST.accountant, story)
