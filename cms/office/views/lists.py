"""Lists of the office: what waits first, with its day."""

from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.urls import reverse
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import IndexView

from cms.office.marks import due_mark, state_mark
from cms.office.queues import due_day


class CaseList(IndexView):
    """A list whose lines open a case; what waits stands on top.

    `turns` are groups of states in the order in which they are listed; the rest comes last.
    """

    turns: tuple[tuple[str, ...], ...] = ()

    def get_base_queryset(self) -> QuerySet[Any]:
        return self.in_turn(self.with_facts(super().get_base_queryset()))

    def with_facts(self, things: QuerySet[Any]) -> QuerySet[Any]:
        """What the columns need, so that a line costs no statement of its own."""
        return things

    def in_turn(self, things: QuerySet[Any]) -> QuerySet[Any]:
        """Annotate `turn`: 0 for what comes first, and so on."""
        if not self.turns:
            return things
        turn = Case(
            *(When(state__in=states, then=Value(n)) for n, states in enumerate(self.turns)),
            default=Value(len(self.turns)),
            output_field=IntegerField(),
        )
        return things.annotate(turn=turn)

    def get_edit_url(self, instance: Any) -> None:
        return None  # lines open the case; editing is offered there


def case_column(url_name: str, label: Any, accessor: Any = str, **kwargs: Any) -> TitleColumn:
    """The first column: its name, which opens the case."""
    return TitleColumn(
        "name",
        label=label,
        accessor=accessor,
        get_url=lambda thing: reverse(f"{url_name}:inspect", args=[thing.pk]),
        **kwargs,
    )


def state_column(label: Any, field: str = "state") -> Column:
    return Column(
        field,
        label=label,
        accessor=lambda thing: state_mark(
            getattr(thing, field), getattr(thing, f"get_{field}_display")()
        ),
        sort_key=field,
    )


def due_column(label: Any, *, days: int, states: tuple[str, ...], since: str) -> Column:
    """By when the office answers; empty where nothing is to be answered."""
    return Column(
        "due",
        label=label,
        accessor=lambda thing: (
            due_mark(due_day(getattr(thing, since), days)) if thing.state in states else ""
        ),
        sort_key=since,
    )
