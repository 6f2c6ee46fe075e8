"""The pages of a list and the way between them."""

from collections.abc import Callable
from dataclasses import dataclass

PER_PAGE = 24
AROUND = 1  # pages shown on either side of this one


@dataclass(frozen=True)
class PageLink:
    """One number in the pagination; a gap has none."""

    number: int = 0
    address: str = ""
    current: bool = False

    @property
    def gap(self) -> bool:
        return not self.number


@dataclass(frozen=True)
class Pages:
    """Where in a list of `total` things this page stands; `address` writes that of any page."""

    here: int
    total: int
    address: Callable[[int], str]
    per_page: int = PER_PAGE

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def previous(self) -> str:
        """The address of the page before, or nothing."""
        return self.address(self.here - 1) if self.here > 1 else ""

    @property
    def next(self) -> str:
        return self.address(self.here + 1) if self.here < self.last else ""

    @property
    def links(self) -> list[PageLink]:
        """First, last and the ones around this page, with gaps between."""
        wanted = {1, self.last, *range(self.here - AROUND, self.here + AROUND + 1)}
        links: list[PageLink] = []
        for number in sorted(n for n in wanted if 1 <= n <= self.last):
            left_out = number - links[-1].number - 1 if links else 0
            if left_out == 1:
                links.append(self._link(number - 1))
            elif left_out > 1:
                links.append(PageLink())
            links.append(self._link(number))
        return links

    def _link(self, number: int) -> PageLink:
        return PageLink(number, self.address(number), current=number == self.here)
