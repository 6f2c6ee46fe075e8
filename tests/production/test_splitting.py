"""One large order over many villages: exact, complete, near, fair; checked against trying all."""

import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import ceil

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shop.core.money import split_exactly
from shop.production.splitting import (
    MOST_PIECES,
    Infeasible,
    Member,
    Part,
    Split,
    fair_share,
    pay_for,
    pieces_by_day,
    pieces_of_batch,
    share_out,
    split_order,
    stand_in_line,
)

FIRST = date(2026, 12, 1)
WISHED = FIRST + timedelta(days=30)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def member(key: int, room: int, **facts) -> Member:
    """A group that makes all its room on the first day."""
    return Member(key, ((FIRST, room),), **facts)


def split(pieces, members, by=WISHED, **more):
    return split_order(pieces, members, by=by, radius_km=50, **more)


def parts(found: Split | Infeasible) -> dict[int, int]:
    assert isinstance(found, Split), found
    return {part.key: part.pieces for part in found.parts}


# --- stories ---


def test_120_pieces_over_three_groups_are_shared_by_their_room():
    groups = [
        Member(1, ((day(4), 30), (day(9), 60)), distance_km=Decimal(0)),
        Member(2, ((day(9), 60),), distance_km=Decimal("7.5")),
        Member(3, ((day(2), 40),), distance_km=Decimal(20)),
    ]

    found = split(120, [groups[2], groups[0], groups[1]])

    # 60, 60 and 40 are 160; of 120 each makes three quarters of its room, but the nearest two
    # can make it all alone, so the third is not called.
    assert found == Split((Part(1, 60, day(9)), Part(2, 60, day(9))))
    assert found.finished_on == day(9)
    assert parts(split(121, groups)) == {1: 46, 2: 45, 3: 30}


def test_a_declined_part_is_split_anew_over_those_who_have_days_left():
    before = split(120, [member(1, 50), member(2, 50), member(3, 50)])
    assert parts(before) == {1: 40, 2: 40, 3: 40}

    again = split(40, [member(1, 10), member(2, 10), member(4, 45)], share=Fraction(1))

    assert parts(again) == {1: 6, 2: 6, 4: 28}
    assert parts(split(40, [member(1, 20), member(2, 20)])) == {1: 20, 2: 20}


def test_nobody_with_capacity_is_said_at_once_with_the_earliest_day():
    groups = [
        Member(1, ((day(3), 20), (day(40), 50), (day(60), 70))),
        Member(2, ((day(10), 15), (day(45), 50)), smallest_batch=20),
    ]

    assert split(100, groups) == Infeasible(most=20, earliest_on=day(45))
    assert split(120, groups) == Infeasible(most=20, earliest_on=day(60))
    assert split(121, groups) == Infeasible(most=20, earliest_on=None)
    assert split(10, []) == Infeasible(most=0, earliest_on=None)
    assert split(10, [Member(1, ())]) == Infeasible(most=0, earliest_on=None)


def test_a_batch_that_fits_nowhere_is_passed_over_and_a_small_rest_is_shifted():
    whole = [member(1, 10, smallest_batch=10), member(2, 10, smallest_batch=10)]
    assert split(15, whole) == Infeasible(most=10, earliest_on=None)
    assert parts(split(15, [*whole, member(3, 5)])) == {1: 10, 3: 5}

    # 25 = 20 + 5 leaves less than a batch of 10: pieces move over from the first.
    groups = [member(1, 20, smallest_batch=5), member(2, 12, smallest_batch=10)]
    assert parts(split(25, groups)) == {1: 15, 2: 10}


def test_the_nearest_come_first_where_all_have_had_the_same():
    near, far = member(9, 30, distance_km=Decimal(5)), member(1, 30, distance_km=Decimal(40))
    assert parts(split(30, [far, near])) == {9: 30}
    assert parts(split(30, [replace(far, had=70), replace(near, had=70)])) == {9: 30}


def test_who_has_had_a_fair_share_more_stands_behind_the_far_edge():
    near = member(1, 30, distance_km=Decimal(0), had=61)
    edge = member(2, 30, distance_km=Decimal(50), had=0)
    other = member(3, 0, distance_km=Decimal(50), had=119)

    assert fair_share([near, edge, other]) == 60
    assert parts(split(30, [near, edge, other])) == {2: 30}
    assert parts(split(30, [replace(near, had=59), edge, replace(other, had=121)])) == {1: 30}


def test_over_a_season_the_work_goes_round():
    """Thirty orders, one group each: the nearest group does not get them all."""
    had = dict.fromkeys(range(6), 0)
    for _ in range(30):
        groups = [member(k, 20, distance_km=Decimal(10 * k), had=had[k]) for k in had]
        for key, pieces in parts(split(20, groups)).items():
            had[key] += pieces
    assert sum(had.values()) == 600
    assert max(had.values()) - min(had.values()) <= fair_share(groups) + 20
    assert min(had.values()) > 0
    assert sorted(had.values(), reverse=True) == [had[k] for k in sorted(had)]


def test_the_most_a_group_takes_is_kept_and_may_leave_no_batch():
    assert parts(split(30, [member(1, 90, most=20), member(2, 90, most=15)])) == {1: 17, 2: 13}
    assert parts(split(12, [member(1, 90, most=9, smallest_batch=10), member(2, 20)])) == {2: 12}


def test_38_groups_share_ten_thousand_pieces_in_the_blink_of_an_eye():
    groups = [
        Member(
            key,
            tuple((day(n), (n + 1) * (3 + key % 5)) for n in range(120)),
            smallest_batch=10 + 7 * (key % 4),
            distance_km=Decimal(key * 5 % 48),
            had=key * 13 % 90,
        )
        for key in range(1, 39)
    ]
    began = time.perf_counter()
    found = split(6_000, groups)
    later = split(10_000, groups)
    never = split(50_000, groups)
    seconds = time.perf_counter() - began

    assert isinstance(found, Infeasible)
    assert found.most == sum(31 * (3 + key % 5) for key in range(1, 39))
    assert isinstance(later, Infeasible)
    assert later.earliest_on is not None
    assert parts(split(10_000, groups, by=later.earliest_on))
    assert isinstance(split(10_000, groups, by=later.earliest_on - timedelta(days=1)), Infeasible)
    assert isinstance(never, Infeasible)
    assert never.earliest_on is None
    assert sum(parts(split(4_500, groups)).values()) == 4_500
    assert seconds < 2  # 80 ms on two busy cores


def test_what_is_refused():
    for pieces in (0, -1, MOST_PIECES + 1):
        with pytest.raises(ValueError):
            split(pieces, [member(1, 5)])
    with pytest.raises(ValueError):
        split(5, [member(1, 5), member(1, 6)])
    with pytest.raises(ValueError):
        split_order(5, [member(1, 5)], by=WISHED, radius_km=0)
    for wrong in ({"smallest_batch": 0}, {"distance_km": Decimal(-1)}, {"had": -1}):
        with pytest.raises(ValueError):
            member(1, 5, **wrong)
    with pytest.raises(ValueError):
        share_out(5, [(6, 9)])
    with pytest.raises(ValueError):
        member(1, 5).day_of(6)


# --- days and units ---


def test_free_units_become_pieces_in_whole_batches_after_the_set_up():
    free = {day(0): 3, day(1): 0, day(2): 5, day(3): 4, day(4): 1}
    assert pieces_by_day(free) == ((day(0), 3), (day(2), 8), (day(3), 12), (day(4), 13))
    assert pieces_by_day(
        free, units_per_piece=Decimal("1.5"), setup_units=Decimal("0.5"), batch_units=4
    ) == ((day(2), 5), (day(3), 7))
    assert pieces_by_day({}) == ()
    assert pieces_of_batch(4, units_per_piece=Decimal("1.5"), setup_units=Decimal("0.5")) == 3
    assert pieces_of_batch(1, units_per_piece=8) == 1


@given(
    free=st.lists(st.integers(0, 9), min_size=1, max_size=12),
    per_piece=st.decimals("0.1", "5", places=1),
    setup=st.decimals(0, 6, places=1),
    batch=st.integers(1, 7),
)
def test_the_units_of_so_many_pieces_fit_into_the_days_and_one_more_does_not(
    free, per_piece, setup, batch
):
    """The same arithmetic as a promise's: set-up and pieces, rounded up to whole batches."""

    def units(pieces: int) -> Decimal:
        return max(ceil((setup + pieces * per_piece) / batch), 1) * batch

    days = {day(n): units_free for n, units_free in enumerate(free)}
    known = dict(
        pieces_by_day(days, units_per_piece=per_piece, setup_units=setup, batch_units=batch)
    )
    made = 0
    for n in range(len(free)):
        made = known.get(day(n), made)
        room = sum(free[: n + 1])
        assert made == 0 or units(made) <= room
        assert units(made + 1) > room


# --- money ---


def test_every_piece_is_paid_the_same_and_the_fee_never_exceeds_its_percentage():
    pay = pay_for(120, rate=Decimal("249.99"), fee_percent=Decimal("7.5"))
    assert (pay.total, pay.per_piece, pay.fee) == (
        Decimal("29998.80"),
        Decimal("231.25"),
        Decimal("2248.80"),
    )
    assert sum(pay.of(n) for n in (46, 44, 30)) + pay.fee == pay.total
    assert pay_for(3, rate=Decimal("0.01"), fee_percent=5).fee == 0
    for rate, percent in (("0", 5), ("-1", 5), ("1.005", 5), ("10", 100), ("10", -1)):
        with pytest.raises(ValueError):
            pay_for(1, rate=Decimal(rate), fee_percent=percent)


@given(
    shares=st.lists(st.integers(1, 400), min_size=1, max_size=38),
    rate=st.decimals("0.01", "99999.99", places=2),
    percent=st.decimals(0, "15", places=2),
)
def test_money_sums_to_the_satang(shares, rate, percent):
    pay = pay_for(sum(shares), rate=rate, fee_percent=percent)
    paid = [pay.of(pieces) for pieces in shares]
    assert sum(paid) + pay.fee == pay.total == rate * sum(shares)
    assert 0 <= pay.fee <= pay.total * percent / 100
    # One piece more or less is one piece's pay: the same as splitting the whole by pieces.
    assert paid == split_exactly(pay.total - pay.fee, shares)


# --- properties ---

LOTS = st.tuples(st.integers(1, 9), st.integers(0, 12))


@st.composite
def clusters(draw, largest=6):
    members = []
    for key in range(draw(st.integers(1, largest))):
        steps, made = [], 0
        for n in sorted(draw(st.sets(st.integers(0, 6), max_size=4))):
            made += draw(st.integers(1, 6))
            steps.append((day(n), made))
        members.append(
            Member(
                key,
                tuple(steps),
                smallest_batch=draw(st.integers(1, 9)),
                distance_km=Decimal(draw(st.integers(0, 5)) * 10),
                had=draw(st.integers(0, 30)),
                most=draw(st.none() | st.integers(0, 12)),
            )
        )
    return members


def some_split_exists(pieces: int, members: list[Member], by: date) -> bool:
    """By trying every way there is."""
    choices = [[0, *range(m.smallest_batch, m.room(by) + 1)] for m in members]
    return any(sum(way) == pieces for way in product(*choices))


@given(pieces=st.integers(1, 40), members=clusters(largest=4), until=st.integers(0, 7))
def test_a_split_is_found_if_and_only_if_there_is_one(pieces, members, until):
    found = split(pieces, members, by=day(until))
    if isinstance(found, Split):
        room = {m.key: m for m in members}
        assert found.pieces == pieces
        assert len({part.key for part in found.parts}) == len(found.parts)
        for part in found.parts:
            whose = room[part.key]
            assert whose.smallest_batch <= part.pieces <= whose.room(day(until))
            assert part.finished_on <= day(until)
    else:
        assert not some_split_exists(pieces, members, day(until))
        assert found.most < pieces
        assert found.most == 0 or some_split_exists(found.most, members, day(until))
        assert not any(
            some_split_exists(n, members, day(until)) for n in range(found.most + 1, pieces)
        )
        days = [day(n) for n in range(until + 1, 8)]
        possible = [d for d in days if some_split_exists(pieces, members, d)]
        assert found.earliest_on == (possible[0] if possible else None)


@given(pieces=st.integers(1, 40), members=clusters(), until=st.integers(0, 7), data=st.data())
def test_the_order_in_which_members_are_named_says_nothing(pieces, members, until, data):
    shuffled = data.draw(st.permutations(members))
    assert split(pieces, shuffled, by=day(until)) == split(pieces, members, by=day(until))


@given(
    pieces=st.integers(1, 30),
    members=clusters(),
    more_km=st.integers(0, 5),
    more_work=st.integers(0, 40),
    data=st.data(),
)
def test_more_work_before_or_a_longer_way_never_brings_a_larger_part(
    pieces, members, more_km, more_work, data
):
    who = data.draw(st.sampled_from(members))
    other = replace(who, distance_km=who.distance_km + 10 * more_km, had=who.had + more_work)
    share = fair_share(members)
    before = split(pieces, members, share=share)
    after = split(pieces, [other if m is who else m for m in members], share=share)
    assume(isinstance(before, Split))
    assert isinstance(after, Split)
    assert parts(after).get(who.key, 0) <= parts(before).get(who.key, 0)


@given(pieces=st.integers(1, 30), members=clusters())
def test_nobody_behind_the_shortest_sufficient_beginning_of_the_line_is_asked(pieces, members):
    found = split(pieces, members)
    assume(isinstance(found, Split))
    share = fair_share(members)
    line = stand_in_line(members, radius_km=50, share=share)
    places = [member.key for member in line]
    last = max(places.index(part.key) for part in found.parts)
    assert isinstance(split(pieces, line[:last], share=share), Infeasible)
    assert split(pieces, line[: last + 1], share=share) == found


@given(pieces=st.integers(1, 30), members=clusters(), data=st.data())
def test_a_part_split_anew_leaves_the_others_alone(pieces, members, data):
    """Who declines is left out, the others offer what they have left: all sums still match."""
    found = split(pieces, members)
    assume(isinstance(found, Split))
    declined = data.draw(st.sampled_from(found.parts))
    kept = {part.key: part.pieces for part in found.parts if part is not declined}
    rest = [
        replace(
            m,
            finished_by=tuple((d, n - kept.get(m.key, 0)) for d, n in m.finished_by),
            most=None if m.most is None else m.most - kept.get(m.key, 0),
            smallest_batch=1 if m.key in kept else m.smallest_batch,
        )
        for m in members
        if m.key != declined.key
    ]
    again = split(declined.pieces, rest, share=fair_share(members))
    if isinstance(again, Split):
        whole = dict(kept)
        for part in again.parts:
            whole[part.key] = whole.get(part.key, 0) + part.pieces
        assert sum(whole.values()) == pieces
        assert declined.key not in whole
        for m in members:
            assert whole.get(m.key, 0) <= m.room(WISHED)
            assert whole.get(m.key, 0) == 0 or whole[m.key] >= m.smallest_batch


@given(lots=st.lists(LOTS, min_size=1, max_size=8), data=st.data())
def test_shares_follow_the_room_within_a_piece_unless_a_batch_says_otherwise(lots, data):
    lots = [(min(least, room), room) for least, room in lots if room]
    assume(lots)
    pieces = data.draw(st.integers(sum(a for a, _ in lots), sum(b for _, b in lots)))
    shared = share_out(pieces, lots)
    assert sum(shared) == pieces
    for (least, room), part in zip(lots, shared, strict=True):
        assert least <= part <= room
    free = [(room, part) for (least, room), part in zip(lots, shared, strict=True) if part > least]
    for (room, part), (other_room, other) in product(free, repeat=2):
        # Nobody is fuller than a neighbour by more than the pieces that rounding moves.
        assert Fraction(part - 1, room) <= Fraction(other + 1, other_room)
