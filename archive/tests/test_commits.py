"""The manifest has one history, whoever commits, however often, and whatever reply is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from filrouge_archive.archive import Archive
from filrouge_archive.archiver import Archiver
from filrouge_archive.checkpoint import claimed_checkpoint
from filrouge_archive.commit import (
    COMMIT_BYTES_AT_MOST,
    Commit,
    commit_path,
    encode_commit,
    parse_commit,
)
from filrouge_archive.errors import Damaged, Forked, PutBack, StoreAway
from filrouge_archive.history import newest_size, read_history
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.tests.scene import (
    BUDGET,
    DELIVERY,
    PARTNER,
    SIGNER,
    archived,
    archiver,
    record,
    records,
)

KEYS = [SIGNER.verifier]
PLACES = (BUDGET, DELIVERY, PARTNER)


class Unsure(Store):
    """Creates, and sometimes does not say that it did; or lets somebody else go first."""

    def __init__(self) -> None:
        super().__init__("memory:")
        self.before: Callable[[], None] | None = None
        self.lose_reply = False

    def put_if_absent(self, path: str, data: bytes) -> bool:
        if self.before is not None:
            before, self.before = self.before, None
            before()
        created = super().put_if_absent(path, data)
        if self.lose_reply:
            self.lose_reply = False
            raise StoreAway("the reply was lost")
        return created


def take(made: Archiver, place: Partition, end: int) -> None:
    made.append(place, records(place, made.open(place), end))


def commits_of(store: Store) -> list[Commit]:
    return list(read_history(store).commits)


def sizes(store: Store) -> dict[Partition, int]:
    return {place: head.size for place, head in Archive(store, KEYS).partitions.items()}


def all_holds(store: Store) -> None:
    archive = Archive(store, KEYS)
    archive.verify_manifest()
    for place, head in archive.partitions.items():
        archive.verify(place)
        read = [one for chunk in archive.read(place, 0, head.size) for one in chunk]
        assert read == records(place, 0, head.size)


def test_a_commit_says_what_has_grown_and_nothing_else() -> None:
    store = Store("memory:")
    made = archiver(store)
    take(made, BUDGET, 3)
    made.open(DELIVERY)
    first = made.commit(1000)
    take(made, DELIVERY, 300)
    second = made.commit(2000)
    assert made.commit(3000) is None
    said = [
        [(head.place, head.size, head.stored) for head in one.heads] for one in commits_of(store)
    ]
    assert said == [[(BUDGET, 3, 0)], [(DELIVERY, 300, 0)]]
    assert [one.at_ms for one in commits_of(store)] == [1000, 2000]
    assert first is not None
    assert second is not None
    assert [claimed_checkpoint(note).size for note in (first, second)] == [1, 2]
    all_holds(store)


def test_what_was_flushed_is_said_once_more_and_needs_no_tail() -> None:
    store = Store("memory:")
    made = archiver(store)
    take(made, BUDGET, 3)
    made.commit(1000)
    made.flush()
    made.commit(2000)
    assert [(one.heads[0].stored, bool(one.tail)) for one in commits_of(store)] == [
        (0, True),
        (3, False),
    ]
    all_holds(store)


def test_an_archiver_that_starts_again_goes_on() -> None:
    store = Store("memory:")
    archived(store, BUDGET, 300)
    made = archiver(store, "w2")
    assert made.open(BUDGET) == 300
    take(made, BUDGET, 400)
    made.commit(2000)
    again = archiver(store, "w3")
    assert again.open(BUDGET) == 300, "what only a tail holds is read from Kafka again"
    take(again, BUDGET, 350)
    assert again.commit(3000) is None, "it has not caught up"
    take(again, BUDGET, 500)
    again.commit(4000)
    assert sizes(store) == {BUDGET: 500}
    all_holds(store)


def test_the_loser_of_a_race_takes_over_what_won_and_goes_on() -> None:
    store = Unsure()
    one, two = archiver(store, "one"), archiver(store, "two")
    take(one, BUDGET, 10)
    take(two, BUDGET, 7)
    take(two, DELIVERY, 5)
    store.before = lambda: one.committer.commit(1, one.logs)
    two.commit(2)
    assert [one.writer for one in commits_of(store)] == ["one", "two"]
    assert [head.place for head in commits_of(store)[1].heads] == [DELIVERY], "7 is behind 10"
    assert sizes(store) == {BUDGET: 10, DELIVERY: 5}
    take(one, BUDGET, 11)
    one.commit(3)
    assert [one.number for one in commits_of(store)] == [0, 1, 2]
    assert sizes(store) == {BUDGET: 11, DELIVERY: 5}
    all_holds(store)


def test_a_frozen_archiver_that_wakes_up_does_not_take_heads_back() -> None:
    store = Store("memory:")
    frozen, other = archiver(store, "frozen"), archiver(store, "other")
    take(frozen, BUDGET, 10)
    frozen.commit(1)
    for end in (20, 600, 900):
        take(other, BUDGET, end)
        other.flush()
        other.commit(end)
    frozen.flush()
    frozen.commit(2)
    take(frozen, BUDGET, 901)
    frozen.commit(3)
    grown = [head.size for one in commits_of(store) for head in one.heads]
    assert grown == sorted(grown)
    assert grown[-1] == 901
    all_holds(store)


def test_a_lost_reply_is_noticed_whether_the_commit_is_tried_again_or_has_grown() -> None:
    for end in (10, 12):
        store = Unsure()
        made = archiver(store, "w1")
        take(made, BUDGET, 10)
        store.lose_reply = True
        with pytest.raises(StoreAway):
            made.commit(1)
        take(made, BUDGET, end)
        made.commit(2)
        assert [head.size for one in commits_of(store) for head in one.heads] == sorted({10, end})
        assert made.committer.number == (1 if end == 10 else 2)
        all_holds(store)


class TwoArchivers:
    """Two of them over one store, and what may happen to either."""

    def __init__(self) -> None:
        self.store = Unsure()
        self.made = [archiver(self.store, "0"), archiver(self.store, "1")]
        self.starts = 2

    def does(self, who: int, what: str, place: Partition, count: int) -> None:
        me, other = self.made[who], self.made[1 - who]
        if what == "take":
            take(me, place, me.open(place) + count)
        elif what == "flush":
            me.flush()
        elif what == "restart":
            self.made[who] = archiver(self.store, f"{self.starts}")
            self.starts += 1
        else:
            self.commits(me, other, what)

    def commits(self, me: Archiver, other: Archiver, what: str) -> None:
        self.store.lose_reply = what == "lose the reply"
        if what == "lose the race":
            other.write()
            self.store.before = lambda: other.committer.commit(0, other.logs)
        try:
            me.commit(1)
        except StoreAway:
            me.commit(2)
        self.store.before, self.store.lose_reply = None, False


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1),
            st.sampled_from(
                ["take", "flush", "restart", "commit", "lose the reply", "lose the race"]
            ),
            st.sampled_from(PLACES[:2]),
            st.integers(1, 200),
        ),
        max_size=25,
    )
)
@settings(max_examples=40)
def test_two_archivers_in_any_order_make_one_history(
    steps: list[tuple[int, str, Partition, int]],
) -> None:
    both = TwoArchivers()
    for step in steps:
        both.does(*step)
    for me in both.made:
        me.commit(3)
    seen: dict[Partition, int] = {}
    for commit in commits_of(both.store):
        for head in commit.heads:
            assert head.size >= seen.get(head.place, 0)
            seen[head.place] = head.size
    if seen:
        all_holds(both.store)


@pytest.mark.parametrize(("offset", "end"), [(3, 10), (3, 20), (9, 11)])
def test_a_topic_that_was_made_anew_stops_the_archiver(offset: int, end: int) -> None:
    store = Store("memory:")
    made = archiver(store)
    take(made, BUDGET, 10)
    made.commit(1)
    misled = archiver(store, "w2")
    changed = records(BUDGET, misled.open(BUDGET), end)
    changed[offset] = record(BUDGET, offset, b"another")
    misled.append(BUDGET, changed)
    with pytest.raises(Forked, match=r"budget\.g1/0"):
        misled.commit(2)
    assert sizes(store) == {BUDGET: 10}


def test_a_store_that_is_put_back_under_a_running_archiver_is_noticed_before_it_commits() -> None:
    store = Store("memory:")
    made = archived(store, BUDGET, 10)
    take(made, BUDGET, 20)
    made.commit(2)
    path = commit_path(made.committer.number - 1)
    newest = store.get(path)
    store.delete([path])
    take(made, BUDGET, 30)
    with pytest.raises(PutBack, match=path):
        made.commit(3)
    store.put(path, newest.replace(b'"at_ms":2', b'"at_ms":3'))
    with pytest.raises(PutBack, match=path):
        made.commit(3)
    store.put(path, newest)
    made.commit(3)
    assert sizes(store) == {BUDGET: 30}


def test_a_checkpoint_that_is_ahead_of_the_commits_is_a_store_that_was_put_back() -> None:
    store = Store("memory:")
    made = archived(store, BUDGET, 10)
    take(made, BUDGET, 20)
    made.commit(2)
    store.delete([commit_path(made.committer.number - 1)])
    for start in (lambda: archiver(store), lambda: Archive(store, KEYS)):
        with pytest.raises(PutBack, match="put back"):
            start()


def test_an_older_copy_of_the_whole_store_is_refused_by_who_remembers_what_was_signed() -> None:
    store, older = Store("memory:"), Store("memory:")
    made = archived(store, BUDGET, 10)
    for folder in ("log", "manifest", "tail"):
        for path in store.list(folder):
            older.put(path, store.get(path))
    take(made, BUDGET, 20)
    note = made.commit(2)
    assert note is not None
    remembered = claimed_checkpoint(note)
    Archiver(store, SIGNER, bytes(32), "w2", remembered)
    with pytest.raises(PutBack, match="put back or rewritten"):
        Archiver(older, SIGNER, bytes(32), "w2", remembered)
    another = archived(Store("memory:"), BUDGET, 11)
    take(another, BUDGET, 20)
    another.commit(2)
    with pytest.raises(PutBack, match="put back or rewritten"):
        another.committer.check_remembered(remembered)
    with pytest.raises(PutBack, match="another manifest"):
        made.committer.check_remembered(remembered._replace(origin="localhost/other/manifest"))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 7, 8, 9, 100])
@pytest.mark.parametrize("hint", [True, False])
def test_the_newest_commit_is_found_with_few_questions(count: int, hint: bool) -> None:
    store = Store("memory:")
    made = archiver(store)
    for end in range(1, count + 1):
        take(made, BUDGET, end)
        made.commit(end)
    if not hint:
        store.put("manifest/checkpoint", b"damaged")
    assert newest_size(store) == count


def test_every_head_is_said_again_within_256_commits_so_that_no_reader_looks_further_back() -> None:
    store = Store("memory:")
    made = archiver(store)
    take(made, DELIVERY, 5)
    take(made, PARTNER, 1)
    made.commit(0)
    for end in range(1, 301):
        take(made, BUDGET, end)
        made.commit(end)
    assert Archive(store, KEYS).commits == 301
    assert sizes(store) == {BUDGET: 300, DELIVERY: 5, PARTNER: 1}
    spoken = [
        one.number for one in commits_of(store) if any(h.place == DELIVERY for h in one.heads)
    ]
    assert spoken == [128, 256]
    all_holds(store)
    again = archiver(store, "w2")
    assert again.committer.heads.keys() == set(PLACES)


def test_more_heads_than_fit_into_a_commit_go_into_several() -> None:
    store = Store("memory:")
    made = archiver(store)
    places = [Partition("a-topic-with-a-rather-long-name.g1", number) for number in range(300)]
    for place in places:
        take(made, place, 1)
    made.commit(1)
    assert len(commits_of(store)) == 2
    assert all(len(encode_commit(one)) <= COMMIT_BYTES_AT_MOST for one in commits_of(store))
    assert sizes(store).keys() == set(places)


def test_tails_that_nobody_needs_are_swept_and_the_others_stay() -> None:
    store = Store("memory:")
    made = archiver(store)
    take(made, DELIVERY, 5)
    made.commit(0)
    needed = set(store.list("tail"))
    for end in range(1, 101):
        take(made, BUDGET, end)
        made.commit(end)
    store.put("tail/3-of a race that was lost", b"")
    made.committer.sweep_tails()
    left = store.list("tail")
    assert needed < set(left)
    assert len(left) == 1 + 64
    all_holds(store)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: b"",
        lambda data: data + b" ",
        lambda data: data.replace(b'"number":1', b'"number":2'),
        lambda data: data.replace(b'"at_ms":2', b'"at_ms":2.0'),
        lambda data: data.replace(b'{"at_ms"', b'{"more":1,"at_ms"'),
        lambda data: b"\xff" + data,
    ],
)
def test_a_damaged_commit_is_named(damage: Callable[[bytes], bytes]) -> None:
    store = Store("memory:")
    made = archived(store, BUDGET, 10)
    take(made, BUDGET, 20)
    made.commit(2)
    path = commit_path(1)
    store.put(path, damage(store.get(path)))
    with pytest.raises(Damaged, match=path):
        Archive(store, KEYS)


def test_a_commit_that_does_not_follow_the_one_before_is_a_second_history() -> None:
    store = Store("memory:")
    made = archived(store, BUDGET, 10)
    take(made, BUDGET, 20)
    made.commit(2)
    first = store.get(commit_path(0))
    store.put(commit_path(0), first.replace(b'"at_ms":1000', b'"at_ms":1001'))
    with pytest.raises(Forked, match=commit_path(1)):
        Archive(store, KEYS)


def test_commits_are_canonical_json() -> None:
    store = Store("memory:")
    archived(store, BUDGET, 1)
    data = store.get(commit_path(0))
    assert data.startswith(b'{"at_ms":1000,"heads":[{"partition":0,"root":"')
    assert encode_commit(parse_commit(data, 0, b"")) == data


def test_a_checkpoint_that_died_with_its_archiver_is_signed_by_the_next() -> None:
    store = Store("memory:")
    made = archiver(store)
    take(made, BUDGET, 5)
    made.write()
    made.committer.commit(1, made.logs)
    note = archiver(store, "w2").commit(2)
    assert note is not None
    assert claimed_checkpoint(note).size == 1
    all_holds(store)


def test_a_larger_checkpoint_of_somebody_else_stays() -> None:
    store = Store("memory:")
    one = archived(store, BUDGET, 5, "one")
    two = archiver(store, "two")
    for end in (6, 7):
        take(two, BUDGET, end)
        two.commit(end)
    one.committer.sign()
    assert claimed_checkpoint(store.get("manifest/checkpoint").decode()).size == 3
