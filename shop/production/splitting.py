"""One large order over the groups of a cluster. Pure: numbers in, numbers out.

The rules and what they guarantee are told in docs/algorithms/splitting-an-order.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_UP, Decimal
from fractions import Fraction
from itertools import accumulate
from math import ceil, floor

from shop.core.money import SATANG, baht

RULE_VERSION = 1
#: How far back a member's work for the cluster counts, in days.
FAIR_DAYS = 90
#: Above this, the sums that lots can reach no longer fit comfortably in memory.
MOST_PIECES = 1_000_000

#: Day → pieces that can be finished by then in all; days and pieces ascend.
PiecesByDay = tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class Member:
    """What is known of one group: pieces, days, km. `key` is its own; equals stand by it.

    `had` is what it has had of the cluster's work in the last `FAIR_DAYS` days, `most` the most it
    takes of one order (None: as much as its days allow).
    """

    key: int
    finished_by: PiecesByDay
    smallest_batch: int = 1
    distance_km: Decimal = Decimal(0)
    had: int = 0
    most: int | None = None

    def __post_init__(self) -> None:
        if self.smallest_batch < 1 or self.distance_km < 0 or self.had < 0:
            raise ValueError("a batch is at least one piece; km and pieces are not negative")

    def room(self, by: date) -> int:
        """Pieces it can have finished by this day and take; 0 where they make no batch."""
        made = max((pieces for day, pieces in self.finished_by if day <= by), default=0)
        room = made if self.most is None else min(made, self.most)
        return room if room >= self.smallest_batch else 0

    def day_of(self, pieces: int) -> date:
        """The day on which so many pieces are finished. Raises ValueError when they never are."""
        for day, made in self.finished_by:
            if made >= pieces:
                return day
        raise ValueError(f"member {self.key} cannot make {pieces} pieces")


@dataclass(frozen=True, slots=True)
class Part:
    """What one member makes, and the day it can be finished on."""

    key: int
    pieces: int
    finished_on: date


@dataclass(frozen=True, slots=True)
class Split:
    """Parts in the order of the line; their pieces sum to the order's."""

    parts: tuple[Part, ...]

    @property
    def pieces(self) -> int:
        return sum(part.pieces for part in self.parts)

    @property
    def finished_on(self) -> date:
        """The day on which the last part is finished."""
        return max(part.finished_on for part in self.parts)


@dataclass(frozen=True, slots=True)
class Infeasible:
    """No split: `most` pieces by the wished day, all of them by `earliest_on` (None: never)."""

    most: int
    earliest_on: date | None


def split_order(
    pieces: int,
    members: Iterable[Member],
    *,
    by: date,
    radius_km: Decimal | int,
    share: Fraction | None = None,
) -> Split | Infeasible:
    """Who makes how many of `pieces`, finished `by` that day.

    `share` is what counts as a fair share of the cluster's work (pieces; `fair_share` of the
    members unless given, as when a part is split anew over some of them). Raises ValueError for
    fewer than 1 or more than MOST_PIECES pieces, for a radius that is not positive, and for
    members with the same key.
    """
    if not 1 <= pieces <= MOST_PIECES or radius_km <= 0:
        raise ValueError("an order has 1 to 1,000,000 pieces, a radius is positive")
    everybody = list(members)
    if len({member.key for member in everybody}) < len(everybody):
        raise ValueError("each member is asked once")
    line = stand_in_line(everybody, radius_km=radius_km, share=share or fair_share(everybody))
    lots = _lots(line, by)
    asked = _who_is_asked(pieces, lots)
    if asked is None:
        return Infeasible(_most(pieces, lots), _earliest(pieces, line, by))
    chosen = [lots[place] for place in asked]
    shared = share_out(pieces, chosen)
    return Split(
        tuple(
            Part(line[place].key, part, line[place].day_of(part))
            for place, part in zip(asked, shared, strict=True)
        )
    )


def fair_share(members: Sequence[Member]) -> Fraction:
    """What each would have had in the last 90 days if all had had the same; at least a piece."""
    had = sum(member.had for member in members)
    return max(Fraction(had, max(len(members), 1)), Fraction(1))


def stand_in_line(
    members: Iterable[Member], *, radius_km: Decimal | int, share: Fraction
) -> list[Member]:
    """Nearest first, those who have had much later: a fair share counts as the whole radius."""
    radius = Fraction(radius_km)

    def turn(member: Member) -> tuple[Fraction, int]:
        return Fraction(member.distance_km) / radius + member.had / share, member.key

    return sorted(members, key=turn)


def pieces_by_day(
    free: Mapping[date, int],
    *,
    units_per_piece: Decimal | int = 1,
    setup_units: Decimal | int = 0,
    batch_units: int = 1,
) -> PiecesByDay:
    """A workshop's free units (days ascending) as pieces finished by each day.

    Work is taken in whole batches, and the set-up is made before the first piece, as when a
    promise is reckoned (`promising.Calendar.need`). Days that add no piece are left out.
    """
    steps: list[tuple[date, int]] = []
    for day, units in zip(free, accumulate(free.values()), strict=True):
        whole = units // batch_units * batch_units - Fraction(setup_units)
        pieces = max(floor(whole / Fraction(units_per_piece)), 0)
        if pieces > (steps[-1][1] if steps else 0):
            steps.append((day, pieces))
    return tuple(steps)


def pieces_of_batch(
    batch_units: int, *, units_per_piece: Decimal | int = 1, setup_units: Decimal | int = 0
) -> int:
    """The fewest pieces that fill a workshop's smallest batch."""
    return max(ceil((batch_units - Fraction(setup_units)) / Fraction(units_per_piece)), 1)


# --- pay ---


@dataclass(frozen=True, slots=True)
class Pay:
    """Money of one cluster order (baht): every piece is paid `per_piece`; `fee` is the lead's."""

    pieces: int
    rate: Decimal
    per_piece: Decimal
    total: Decimal = field(init=False)
    fee: Decimal = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", baht(self.rate * self.pieces))
        object.__setattr__(self, "fee", self.total - self.per_piece * self.pieces)

    def of(self, pieces: int) -> Decimal:
        """What a part of so many pieces is paid."""
        return baht(self.per_piece * pieces)


def pay_for(pieces: int, *, rate: Decimal, fee_percent: Decimal | int) -> Pay:
    """What is paid for `pieces` at `rate` baht each, of which the lead keeps `fee_percent`.

    The pay for a piece is rounded up to whole satang, so that the fee never exceeds its percentage.
    Raises ValueError for a rate that is not positive or has parts of a satang, and for a
    percentage outside 0–100.
    """
    if rate <= 0 or baht(rate) != rate or not 0 <= fee_percent < 100:
        raise ValueError("a rate is positive and in whole satang, a percentage 0 to below 100")
    exact = rate * (100 - Decimal(fee_percent)) / 100
    return Pay(pieces, baht(rate), exact.quantize(SATANG, rounding=ROUND_UP))


# --- choosing ---

#: Smallest batch and room of one member, in pieces; a part is 0 or between them.
Lot = tuple[int, int]


def _lots(line: Sequence[Member], by: date) -> list[Lot]:
    """What each in line may get; (1, 0) for those who cannot be asked."""
    return [
        (member.smallest_batch, room) if (room := member.room(by)) else (1, 0) for member in line
    ]


def _add_lot(sums: int, lot: Lot, mask: int) -> int:
    """The sums that can be reached with one member more; bit n of `sums` says that n can.

    Shifts by every number from `least` to `room` are made by doubling a block of shifts.
    """
    least, room = lot
    if room < least:
        return sums
    shifted, length, wanted = (sums << least) & mask, 1, room - least + 1
    while length < wanted:
        step = min(length, wanted - length)
        shifted |= (shifted << step) & mask
        length += step
    return sums | shifted


def _who_is_asked(pieces: int, lots: Sequence[Lot]) -> list[int] | None:
    """Places of those who get a part: the shortest beginning of the line, earlier ones first."""
    mask = (1 << (pieces + 1)) - 1
    sums, end = 1, None
    for place, lot in enumerate(lots):
        sums = _add_lot(sums, lot, mask)
        if sums >> pieces & 1:
            end = place + 1
            break
    if end is None:
        return None
    # behind[i]: what those after place i, up to the end of the beginning, can make together.
    behind = [1] * end
    for place in range(end - 1, 0, -1):
        behind[place - 1] = _add_lot(behind[place], lots[place], mask)
    asked: list[int] = []
    least = room = 0
    for place in range(end):
        lot = lots[place]
        if lot[1] and _can_reach(behind[place], pieces - room - lot[1], pieces - least - lot[0]):
            asked.append(place)
            least, room = least + lot[0], room + lot[1]
    return asked


def _can_reach(sums: int, lowest: int, highest: int) -> bool:
    """Whether a number from `lowest` to `highest` is among the sums."""
    lowest = max(lowest, 0)
    if highest < lowest:
        return False
    return bool(sums >> lowest & ((1 << (highest - lowest + 1)) - 1))


def _most(pieces: int, lots: Iterable[Lot]) -> int:
    """The greatest number up to `pieces` that can be made."""
    mask, sums = (1 << (pieces + 1)) - 1, 1
    for lot in lots:
        sums = _add_lot(sums, lot, mask)
    return sums.bit_length() - 1


def _earliest(pieces: int, line: Sequence[Member], by: date) -> date | None:
    """The first day by which all can be made; room only grows, so halving finds it."""
    days = sorted({day for member in line for day, _ in member.finished_by if day > by})
    first, last = 0, len(days)
    while first < last:
        middle = (first + last) // 2
        if _most(pieces, _lots(line, days[middle])) == pieces:
            last = middle
        else:
            first = middle + 1
    return days[first] if first < len(days) else None


def share_out(pieces: int, lots: Sequence[Lot]) -> list[int]:
    """Pieces in proportion to room, none below its smallest batch; they sum to `pieces`.

    Raises ValueError when the batches sum to more, or the rooms to less.
    """
    if not sum(least for least, _ in lots) <= pieces <= sum(room for _, room in lots):
        raise ValueError(f"{pieces} pieces cannot be shared out so")
    parts = [0] * len(lots)
    free = list(range(len(lots)))
    left = pieces
    while True:
        room = sum(lots[place][1] for place in free)
        below = [place for place in free if left * lots[place][1] < lots[place][0] * room]
        if not below:
            break
        for place in below:
            parts[place] = lots[place][0]
            left -= parts[place]
        free = [place for place in free if place not in below]
    if free:
        exact = {place: Fraction(left * lots[place][1], room) for place in free}
        for place in free:
            parts[place] = floor(exact[place])
        losers = sorted(free, key=lambda place: (parts[place] - exact[place], place))
        for place in losers[: left - sum(parts[place] for place in free)]:
            parts[place] += 1
    return parts
