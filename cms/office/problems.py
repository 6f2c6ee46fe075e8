"""Parcels with a problem: what the buyer tells, what was paid, and how the office settles it."""

from typing import Any

import django_filters
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column

from cms.pictures import address_of
from shop.care.models import Conversation
from shop.core.money import ZERO
from shop.core.templatetags.shop_text import baht, moment, phone
from shop.fulfilment.models import Fulfilment, JobUpdate, Proof
from shop.fulfilment.services import TooMuch, problem_cause, with_payments
from shop.fulfilment.services.paying_back import FIRST, payments_of, refund_causes
from shop.fulfilment.states import ProblemState
from shop.payments.models import Refund

from .groups import linked
from .marks import due_mark, state_mark
from .orders import ORDERS, REFUND_LIST
from .queues import PROBLEM_DAYS, due_day
from .steps import PROBLEMS
from .views.cases import CaseView, Part, StepView
from .views.lists import CaseList, case_column
from .viewsets import OfficeViewSet

NAME = "office_problems"


class ProblemFilter(WagtailFilterSet):
    problem = django_filters.ChoiceFilter(
        label=gettext_lazy("Problem"), choices=ProblemState.choices, method="only"
    )

    class Meta:
        model = Fulfilment
        fields: list[str] = []

    def only(self, parts: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return parts.filter(problem_settled_at__isnull=value == ProblemState.OPEN)


class ProblemList(CaseList):
    page_title = gettext_lazy("Problems with parcels")
    verbose_name_plural = gettext_lazy("problems with parcels")

    def get_paginator(self, *args: Any, **kwargs: Any) -> Any:
        paginator = super().get_paginator(*args, **kwargs)
        paginator.verbose_name = paginator.verbose_name_plural = str(self.verbose_name_plural)
        return paginator

    def with_facts(self, things: QuerySet[Any]) -> QuerySet[Any]:
        return things.with_problem().select_related("order", "enterprise")

    def in_turn(self, things: QuerySet[Any]) -> QuerySet[Any]:
        turn = Case(
            When(problem_settled_at=None, then=Value(0)),
            default=Value(1),
            output_field=IntegerField(),
        )
        return things.annotate(turn=turn)


class ProblemCase(CaseView):
    kind = PROBLEMS
    url_name = NAME

    def things(self) -> QuerySet[Any]:
        return Fulfilment.objects.with_problem().with_all()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["state"] = problem_mark(self.object)
        return context

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        *before, listed, this = super().get_breadcrumbs_items()
        return [*before, {**listed, "label": ProblemList.page_title}, this]

    def parts(self) -> list[Part]:
        return [self._problem(), self._parcel(), self._paid(), *self._back(), self._photos()]

    def _problem(self) -> Part:
        part = self.object
        order = part.order
        talk = Conversation.objects.reported().filter(fulfilment=part).first()
        return Part(
            _("The problem"),
            facts=[
                (_("What is wrong"), part.objection),
                (_("Told"), moment(part.objected_at)),
                (_("Answer by"), due_of(part)),
                (_("Order"), linked(ORDERS, order)),
                (_("Group"), linked("office_groups", part.enterprise)),
                (_("Talk"), linked("office_talks", talk) if talk else ""),
                (_("Buyer"), order.contact_name),
                (_("E-mail"), order.contact_email),
                (_("Phone"), phone(order.contact_phone)),
                (_("Settled"), moment(part.problem_settled_at)),
                (_("What you have found and decided"), part.problem_words),
            ],
        )

    def _parcel(self) -> Part:
        part = self.object
        parcels = [f"{each.carrier} {each.tracking_number}".strip() for each in part.parcels.all()]
        return Part(
            _("The parcel"),
            facts=[
                (_("State"), state_mark(part.state, part.get_state_display())),
                (_("Sent"), moment(part.dispatched_at)),
                (_("Parcels"), ", ".join(parcels)),
                (_("Received"), moment(part.received_at)),
                (_("Delivery"), f"{baht(part.charge)} · {part.method_name}"),
            ],
            columns=[_("Product"), _("Pieces"), _("Price")],
            rows=[
                [each.line.name, each.line.quantity, baht(each.line.line_price_incl_tax)]
                for each in part.lines.all()
            ],
        )

    def _paid(self) -> Part:
        """What can go back, by the payments it goes back to, the last first."""
        payments = [each for each in payments_of(with_payments(self.object)) if each.left]
        rows = [[_name(each.name), baht(each.left)] for each in payments]
        total = sum((each.left for each in payments), ZERO)
        return Part(
            _("Paid for this parcel"),
            columns=[_("Payment"), _("Amount")],
            rows=[*rows, [_("Together, the most that can go back"), baht(total)]],
        )

    def _back(self) -> list[Part]:
        part = self.object
        if part.problem_state == ProblemState.OPEN:
            return []
        refunds = Refund.objects.filter(cause__in=refund_causes(part, problem_cause(part)))
        return [
            Part(
                _("Goes back"),
                columns=[_("Refund"), _("Amount"), _("State")],
                rows=[
                    [
                        linked(REFUND_LIST, refund),
                        baht(refund.amount),
                        state_mark(refund.state, refund.get_state_display()),
                    ]
                    for refund in refunds
                ],
                empty=_("Nothing."),
            )
        ]

    def _photos(self) -> Part:
        """What was agreed to, and what the makers showed."""
        mine = {"job__line__fulfilment_line__fulfilment": self.object, "picture__isnull": False}
        proofs = Proof.objects.filter(**mine).select_related("picture").order_by("sent_at", "pk")
        updates = JobUpdate.objects.filter(**mine).select_related("picture")
        shown = [
            *(
                (address_of(each, width=320), _("Proof, version %s") % each.version)
                for each in proofs
            ),
            *((address_of(each, width=320), str(each.get_reached_display())) for each in updates),
        ]
        return Part(
            _("Photos of the work"), pictures=[each for each in shown if each[0]], empty=_("None.")
        )


class ProblemStep(StepView):
    def things(self) -> QuerySet[Any]:
        return Fulfilment.objects.with_problem().select_related("order", "enterprise")

    def field_of(self, refusal: Exception) -> str:
        return "amount" if isinstance(refusal, TooMuch) else ""


class ProblemViewSet(OfficeViewSet):
    model = Fulfilment
    name = NAME
    kind = PROBLEMS
    icon = "warning"
    menu_label = gettext_lazy("Problems with parcels")
    menu_name = "problems"
    menu_order = 146
    add_to_admin_menu = True
    index_view_class = ProblemList
    inspect_view_class = ProblemCase
    step_view_class = ProblemStep
    ordering = ("turn", "objected_at")
    filterset_class = ProblemFilter
    search_fields = ["order__number", "order__contact_name", "objection"]
    list_display = [
        case_column(NAME, gettext_lazy("Order"), accessor="order.number"),
        Column("group", label=gettext_lazy("Group"), accessor=lambda part: part.enterprise.name),
        Column("buyer", label=gettext_lazy("Buyer"), accessor="order.contact_name"),
        Column(
            "objected_at",
            label=gettext_lazy("Told"),
            accessor=lambda part: moment(part.objected_at),
            sort_key="objected_at",
        ),
        Column("problem", label=gettext_lazy("State"), accessor=lambda part: problem_mark(part)),
        Column("due", label=gettext_lazy("Answer by"), accessor=lambda part: due_of(part)),
    ]


def problem_mark(part: Fulfilment) -> Any:
    state = part.problem_state
    return state_mark(state, ProblemState(state).label)


def due_of(part: Fulfilment) -> Any:
    """By when the office has looked at it; empty once it is settled."""
    if part.problem_state != ProblemState.OPEN:
        return ""
    return due_mark(due_day(part.objected_at, PROBLEM_DAYS))


def _name(payment: str) -> str:
    if payment == FIRST:
        return _("With the order")
    return _("Balance") if payment == "balance" else _("Agreed change")
