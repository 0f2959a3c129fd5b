"""Stories with everybody under their own name, over TLS, with the access of the register and no other: each may
do what they need, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    for_code,
)
from aiokafka.protocol.admin import CreateAclsRequest
from filrouge.archived import wait_until_archived
from filrouge.deployment.access import AUDITOR, PARTNER, RESTORER, dashed
from filrouge.local_archive import LocalArchive
from filrouge.operator import SOURCE as OPERATOR
from filrouge.rebuilding import MATCH, compare, drop_database, states_of, wait_for_lanes
from filrouge.restoring.problems import RestoreRefused
from filrouge.restoring.standing import check_nobody_works
from filrouge.restoring.topic_settings import (
    close,
    opened,
    take_archived_times,
    take_brokers_times,
)
from filrouge.stack import Stack
from filrouge.supervisor import supervised
from filrouge.verification import check_installation
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.kafka_admin import kafka_admin
from filrouge_contracts.entry import AUDIT_TRAIL, BUDGET_ACCOUNTING, GATEWAY, ORDERS, SERVICES
from filrouge_contracts.topic_specs import all_topics
from filrouge_contracts.topics import VERDICTS

from tests.integration.granted import ALLOW, KINDS, LITERAL, OPERATIONS, SignedIn, grants
from tests.integration.person import CAST
from tests.integration.test_stories import (
    test_a_need_becomes_a_tablet_in_a_pupils_hands_and_a_payment_that_leads_back_to_it as of_a_need,
)
from tests.integration.test_stories import (
    test_sessions_count_as_long_as_the_mentors_check_is_valid_and_their_hours_are_paid as of_hours,
)
from tests.integration.village import LANES, Village, a_village

pytestmark = [pytest.mark.stack, pytest.mark.asyncio(loop_scope="module")]
PARTNERS = [partner.id for partner in CAST]
TOPICS = [spec.name for spec in all_topics(LANES, SERVICES, PARTNERS)]
GRANTED = {(one.user, one.name, one.operation) for one in grants(PARTNERS)}
USERS = sorted({one.user for one in grants(PARTNERS)})
EQUIPMENT = "equipment.g1"
READ_ALL = {AUDITOR, OPERATOR, RESTORER, dashed(AUDIT_TRAIL)}
PATIENCE_SECONDS = 60.0
every_user = pytest.mark.parametrize("user", USERS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def names(stack: Stack) -> AsyncIterator[SignedIn]:
    if stack.entrance is None:
        pytest.skip("Kafka or PostgreSQL was given: who gets in is not ours to say")
    names = SignedIn(stack, stack.entrance, stack.database.port)
    yield names
    await names.take_back()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def village(stack: Stack, names: SignedIn) -> AsyncIterator[Village]:
    async with a_village(stack, CAST, names) as started:
        yield started
        await started.check()


async def test_a_tablet_is_ordered_delivered_and_paid_for_by_services_that_sign_in(
    village: Village,
) -> None:
    await of_a_need(village)


async def test_hours_are_held_and_paid_for_by_services_that_sign_in(village: Village) -> None:
    await of_hours(village)


async def test_a_service_that_lost_its_database_makes_it_anew_as_its_own_role(
    village: Village, names: SignedIn
) -> None:
    await village.quiet()
    postgres = names.stack.postgres
    before = [await states_of(postgres, service) for service in SERVICES]
    for service in SERVICES:
        await drop_database(postgres, service)
    lanes = {service: len(PARTNERS) if service == GATEWAY else LANES for service in SERVICES}
    await wait_for_lanes(postgres, lanes)
    await village.quiet()
    after = [await states_of(postgres, service) for service in SERVICES]
    assert compare(before, after) == MATCH


async def test_the_archiver_and_the_auditor_read_all_of_it(
    village: Village, names: SignedIn, tmp_path: Path
) -> None:
    archive = LocalArchive(tmp_path)
    said = {**archive.environment(), **names.environment(AUDIT_TRAIL)}
    with supervised(names.stack, LANES) as supervisor:
        trail = supervisor.start(AUDIT_TRAIL, environment=said)
        await asyncio.to_thread(trail.wait_ready)
        await wait_until_archived(names.kafka(AUDITOR), archive)
    report = await check_installation(names.kafka(AUDITOR))
    assert not report.breaches
    assert report.events > len(PARTNERS)


def not_granted(user: str, operation: str) -> list[str]:
    """Most of all that there is."""
    return [topic for topic in TOPICS if (user, topic, operation) not in GRANTED]


async def test_there_is_something_that_each_may_not() -> None:
    assert [user for user in USERS if not not_granted(user, "Read")] == sorted(READ_ALL)
    assert [user for user in USERS if not not_granted(user, "Write")] == [RESTORER]


@pytest.mark.parametrize("user", sorted(set(USERS) - {RESTORER}))
async def test_nobody_writes_what_is_not_theirs_to_say(
    village: Village, names: SignedIn, user: str
) -> None:
    topics = not_granted(user, "Write")
    async with AIOKafkaProducer(**client_options(names.kafka(user))) as producer:
        answers = await asyncio.gather(
            *(producer.send_and_wait(topic, b"{}", partition=0) for topic in topics),
            return_exceptions=True,
        )
    assert {type(answer) for answer in answers} == {TopicAuthorizationFailedError}


@pytest.mark.parametrize("user", sorted(set(USERS) - READ_ALL))
async def test_nobody_reads_what_is_not_for_them(
    village: Village, names: SignedIn, user: str
) -> None:
    options = client_options(names.kafka(user))
    async with AIOKafkaProducer(**options) as asking, AIOKafkaConsumer(**options) as consumer:
        for topic in not_granted(user, "Read"):
            with pytest.raises(TopicAuthorizationFailedError):
                await asyncio.wait_for(_first_of(topic, asking, consumer), PATIENCE_SECONDS)


async def _first_of(topic: str, asking: AIOKafkaProducer, consumer: AIOKafkaConsumer) -> object:
    """A consumer waits for ever for a topic of which it may not even know that it is there."""
    await asking.partitions_for(topic)
    place = TopicPartition(topic, 0)
    consumer.assign([place])
    consumer.seek(place, 0)
    return await consumer.getone(place)


async def test_who_restores_sees_who_works_and_gives_topics_archived_times_and_takes_them_again(
    village: Village, names: SignedIn
) -> None:
    await village.quiet()
    async with kafka_admin(names.kafka(RESTORER)) as admin:
        with pytest.raises(RestoreRefused, match="run on this Kafka"):
            await check_nobody_works(admin)
        (topic,) = (
            spec for spec in all_topics(LANES, SERVICES, PARTNERS) if spec.name == EQUIPMENT
        )
        await take_archived_times(admin, [EQUIPMENT])
        assert await opened(admin, [EQUIPMENT]) == {EQUIPMENT}
        await take_brokers_times(admin, [EQUIPMENT])
        await close(admin, [topic])
        assert not await opened(admin, [EQUIPMENT])


@every_user
async def test_nobody_makes_or_deletes_a_topic_or_widens_what_they_may(
    village: Village, names: SignedIn, user: str
) -> None:
    async with kafka_admin(names.kafka(user)) as admin:
        made = await admin.create_topics([NewTopic("more.g1", 1, 1)])
        deleted = await admin.delete_topics([EQUIPMENT])
        more = CreateAclsRequest(
            *(KINDS["topic"], EQUIPMENT, LITERAL, f"User:{user}", "*", OPERATIONS["Write"], ALLOW)
        )
        widened = await admin._send_request(more)
    codes = (
        made.topic_errors[0][1],
        deleted.topic_error_codes[0][1],
        widened.creation_responses[0][0],
    )
    assert [for_code(code) for code in codes] == [
        TopicAuthorizationFailedError,
        TopicAuthorizationFailedError,
        ClusterAuthorizationFailedError,
    ]


@pytest.mark.parametrize(
    ("user", "group", "topic"),
    [
        (dashed(BUDGET_ACCOUNTING), ORDERS, EQUIPMENT),
        (AUDITOR, ORDERS, EQUIPMENT),
        (PARTNER.format(partner="school"), GATEWAY, VERDICTS.format(partner="school")),
    ],
)
async def test_nobody_takes_lanes_in_the_name_of_another(
    village: Village, names: SignedIn, user: str, group: str, topic: str
) -> None:
    consumer = AIOKafkaConsumer(topic, **client_options(names.kafka(user)), group_id=group)
    with pytest.raises(GroupAuthorizationFailedError):
        await consumer.start()
    await consumer.stop()
