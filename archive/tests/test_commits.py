"""The manifest has one history, whoever commits, however often, and whatever reply is lost."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from filrouge_archive.archive import Archive
from filrouge_archive.archiver import Archiver
from filrouge_archive.checkpoint import claimed_checkpoint
from filrouge_archive.commit import (
    COMMIT_BYTES_AT_MOST,
    Said,
    commit_path,
    encode_commit,
    fold,
    parse_commit,
)
from filrouge_archive.errors import Damaged, Forked, PutBack
from filrouge_archive.history import newest_size
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition

from archive.tests.scene import (
    BUDGET,
    DELIVERY,
    KEYS,
    PARTNER,
    SIGNER,
    all_holds,
    archived,
    archiver,
    commits_of,
    record,
    records,
    sizes,
    take,
)

PLACES = {BUDGET, DELIVERY, PARTNER}


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


@pytest.mark.parametrize(("offset", "end"), [(3, 10), (3, 20), (9, 11)])
def test_a_topic_that_was_made_anew_stops_the_archiver(offset: int, end: int) -> None:
    store = Store("memory:")
    made = archiver(store)
    take(made, BUDGET, 10)
    made.commit(1)
    misled = archiver(store, "w2")
    changed = records(BUDGET, misled.open(BUDGET), end)
    changed[offset] = record(BUDGET, offset, b"another")
    with pytest.raises(Forked, match=rf"budget\.g1/0: offset {offset}"):
        misled.append(BUDGET, changed)
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
    assert again.committer.heads.keys() == PLACES


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


def test_a_head_that_falls_behind_is_passed_over_by_every_reader() -> None:
    store = Store("memory:")
    made = archived(store, BUDGET, 10)
    take(made, BUDGET, 20)
    made.commit(2)
    small, large = commits_of(store)[0], commits_of(store)[1]
    heads: dict[Partition, Said] = {}
    for commit in (small, large, small):
        fold(heads, commit)
    assert heads == {BUDGET: Said(large.heads[0], large)}
    rewritten = msgspec.structs.replace(large.heads[0], root="00" * 32)
    with pytest.raises(Forked, match="different roots"):
        fold(heads, msgspec.structs.replace(large, heads=(rewritten,)))
