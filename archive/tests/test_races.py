"""Several archivers, frozen ones and lost replies: there is one history all the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from filrouge_archive.archiver import Archiver
from filrouge_archive.errors import StoreAway
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.tests.scene import BUDGET, DELIVERY, all_holds, archiver, commits_of, sizes, take


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
            st.sampled_from([BUDGET, DELIVERY]),
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


def test_a_second_attempt_does_not_take_the_tail_of_a_first_one_that_was_taken_after_all() -> None:
    store = Unsure()
    made = archiver(store, "w1")
    take(made, DELIVERY, 3)
    store.lose_reply = True
    with pytest.raises(StoreAway):
        made.commit(1)
    take(made, BUDGET, 5)
    made.commit(2)
    assert [[head.place for head in one.heads] for one in commits_of(store)] == [
        [DELIVERY],
        [BUDGET],
    ]
    all_holds(store)
