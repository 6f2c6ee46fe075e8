"""Orders in the office, to read: parts, payments, refunds. Refunds that failed are paid by hand."""

from typing import Any

import django_filters
from django.db.models import Count, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column

from shop.core.templatetags.shop_text import baht, day, moment, phone
from shop.fulfilment.models import ChangeRequest, Fulfilment, Instalment, Proof
from shop.fulfilment.services.paying_back import order_paid_under
from shop.fulfilment.states import FulfilmentState, OrderStatus
from shop.oscar.order.models import Order
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.states import RefundState

from .groups import linked
from .marks import due_mark, state_mark
from .queues import REFUND_DAYS
from .steps import REFUNDS
from .views.cases import CaseView, Part
from .views.lists import CaseList, case_column, due_column, state_column
from .viewsets import OfficeViewSet

ORDERS, REFUND_LIST = "office_orders", "office_refunds"


class OrderFilter(WagtailFilterSet):
    status = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=OrderStatus.choices)
    objected = django_filters.BooleanFilter(
        label=gettext_lazy("A buyer has objected"), method="only_objected"
    )

    silent = django_filters.BooleanFilter(
        label=gettext_lazy("A buyer does not answer a proof"), method="only_silent"
    )

    unpriced = django_filters.BooleanFilter(
        label=gettext_lazy("A group has not answered a change"), method="only_unpriced"
    )

    class Meta:
        model = Order
        fields = ["status"]

    def only_unpriced(self, orders: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        lapsed = ChangeRequest.objects.unanswered().values("fulfilment__order")
        return orders.filter(pk__in=lapsed) if value else orders.exclude(pk__in=lapsed)

    def only_silent(self, orders: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        waiting = Proof.objects.with_the_office().values("job__line__order")
        return orders.filter(pk__in=waiting) if value else orders.exclude(pk__in=waiting)

    def only_objected(self, orders: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        parts = Fulfilment.objects.with_open_problem().values("order")
        return orders.filter(pk__in=parts) if value else orders.exclude(pk__in=parts)


class OrderList(CaseList):
    def with_facts(self, things: QuerySet[Any]) -> QuerySet[Any]:
        return things.annotate(parts=Count("fulfilments"))


class OrderCase(CaseView):
    url_name = ORDERS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["state"] = state_mark(self.object.status, _status(self.object))
        return context

    def parts(self) -> list[Part]:
        parts = (
            Fulfilment.objects.filter(order=self.object)
            .select_related("enterprise", "carrier", "own_address")
            .prefetch_related("lines__line__job__proofs", "parcels__carrier", "changes")
        )
        return [self._buyer(), *(_part(each) for each in parts), *self._money()]

    def _buyer(self) -> Part:
        order = self.object
        address = order.shipping_address
        return Part(
            _("The order"),
            facts=[
                (_("Ordered"), moment(order.date_placed)),
                (_("Buyer"), order.contact_name),
                (_("E-mail"), order.contact_email),
                (_("Phone"), phone(order.contact_phone)),
                (_("Address"), ", ".join(address.written("th")) if address else ""),
                (_("Total"), baht(order.total_incl_tax)),
            ],
        )

    def _money(self) -> list[Part]:
        references = _references(self.object)
        attempts = PaymentAttempt.objects.filter(checkout_reference__in=references)
        refunds = Refund.objects.filter(attempt__checkout_reference__in=references)
        return [
            Part(
                _("Payments"),
                columns=[_("Begun"), _("Paid with"), _("Amount"), _("State"), _("Paid")],
                rows=[
                    [
                        moment(attempt.created_at),
                        attempt.get_method_display(),
                        baht(attempt.amount),
                        state_mark(attempt.state, attempt.get_state_display()),
                        moment(attempt.paid_at),
                    ]
                    for attempt in attempts
                ],
                empty=_("None."),
            ),
            Part(
                _("Refunds"),
                columns=[_("Refund"), _("Amount"), _("State"), _("Paid back")],
                rows=[
                    [
                        linked(REFUND_LIST, refund),
                        baht(refund.amount),
                        state_mark(refund.state, refund.get_state_display()),
                        moment(refund.succeeded_at),
                    ]
                    for refund in refunds
                ],
                empty=_("None."),
            ),
        ]


def _references(order: Order) -> list[Any]:
    """All that payments of an order are called: its own, those of balances and of changes."""
    mine = {"fulfilment__order": order}
    return [
        order.checkout_reference,
        *Instalment.objects.filter(**mine).values_list("reference", flat=True),
        *ChangeRequest.objects.filter(**mine).values_list("reference", flat=True),
    ]


def _changes(part: Fulfilment) -> list[str]:
    """What the buyer asked to be otherwise: when, how it stands, the difference."""
    return [
        " · ".join(
            filter(None, [day(each.asked_at), str(each.get_state_display()), baht(each.amount)])
        )
        for each in part.changes.all()
    ]


def _part(part: Fulfilment) -> Part:
    """One group's part of the order."""
    parcels = [
        f"{parcel.carrier} {parcel.tracking_number}".strip() for parcel in part.parcels.all()
    ]
    answered = part.state != FulfilmentState.PLACED
    facts = [
        (_("State"), state_mark(part.state, part.get_state_display())),
        (_("Answer by"), "" if answered else due_mark(localdate(part.answer_by))),
        (_("Promised for"), day(part.promised_on)),
        (_("Sent"), moment(part.dispatched_at)),
        (_("Parcels"), ", ".join(parcels)),
        (_("Received"), moment(part.received_at)),
        (_("Why it ended"), part.ended_reason),
        (_("The buyer objects"), part.objection),
        (_("Not answered by the buyer"), ", ".join(_unanswered(part))),
        (_("Changes asked for"), ", ".join(_changes(part))),
        (_("Address"), ", ".join(part.own_address.written("th")) if part.own_address else ""),
        (_("Goods"), baht(part.goods)),
        (_("Delivery"), f"{baht(part.charge)} · {part.method_name}"),
    ]
    return Part(
        part.enterprise.name,
        facts=[(label, value) for label, value in facts if value],
        columns=[_("Product"), _("Pieces"), _("Price")],
        rows=[
            [each.line.name, each.line.quantity, baht(each.line.line_price_incl_tax)]
            for each in part.lines.all()
        ],
    )


def _unanswered(part: Fulfilment) -> list[str]:
    """The proofs whose buyer should be called: what it is of, and since when it waits."""
    return [
        _("%(name)s, version %(n)s, sent %(day)s")
        % {"name": each.line.name, "n": proof.version, "day": day(proof.sent_at)}
        for each in part.lines.all()
        if (job := getattr(each.line, "job", None)) is not None
        for proof in job.proofs.all()
        if proof.is_waiting and proof.with_office_at
    ]


def _status(order: Order) -> str:
    known = order.status in OrderStatus.values
    return str(OrderStatus(order.status).label) if known else order.status


class OrderViewSet(OfficeViewSet):
    model = Order
    name = ORDERS
    icon = "list-ul"
    menu_label = gettext_lazy("Orders")
    menu_name = "orders"
    menu_order = 140
    add_to_admin_menu = True
    index_view_class = OrderList
    inspect_view_class = OrderCase
    ordering = "-date_placed"
    filterset_class = OrderFilter
    search_fields = ["number", "contact_name", "contact_email", "contact_phone"]
    list_display = [
        case_column(ORDERS, gettext_lazy("Order"), accessor="number", sort_key="number"),
        Column(
            "date_placed",
            label=gettext_lazy("Ordered"),
            accessor=lambda order: moment(order.date_placed),
            sort_key="date_placed",
        ),
        Column("contact_name", label=gettext_lazy("Buyer"), sort_key="contact_name"),
        Column("parts", label=gettext_lazy("Groups")),
        Column(
            "total_incl_tax",
            label=gettext_lazy("Total"),
            accessor=lambda order: baht(order.total_incl_tax),
            sort_key="total_incl_tax",
        ),
        Column(
            "status",
            label=gettext_lazy("State"),
            accessor=lambda order: state_mark(order.status, _status(order)),
            sort_key="status",
        ),
    ]


class RefundFilter(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=RefundState.choices)

    class Meta:
        model = Refund
        fields = ["state"]


class RefundList(CaseList):
    turns = ((RefundState.FAILED,),)

    def with_facts(self, things: QuerySet[Any]) -> QuerySet[Any]:
        return things.select_related("attempt")


class RefundCase(CaseView):
    kind = REFUNDS
    url_name = REFUND_LIST

    def notices(self) -> list[Any]:
        if self.object.state != RefundState.FAILED:
            return []
        return [
            _(
                "The provider could not pay it back. Ask the buyer for a bank account, send the"
                " money, and note the bank's reference here."
            )
        ]

    def parts(self) -> list[Part]:
        refund = self.object
        order = order_paid_under(refund.attempt.checkout_reference)
        return [
            Part(
                _("The refund"),
                facts=[
                    (_("Amount"), baht(refund.amount)),
                    (_("Requested"), moment(refund.created_at)),
                    (_("Why"), refund.reason),
                    (_("Paid with"), refund.attempt.get_method_display()),
                    (_("Order"), linked(ORDERS, order) if order else _("No order was made")),
                    (_("Buyer"), order.contact_name if order else ""),
                    (_("E-mail"), refund.attempt.opening.get("email", "")),
                    (_("Phone"), phone(order.contact_phone) if order else ""),
                    (_("Provider's number"), refund.provider_id),
                    (_("What went wrong"), refund.last_error),
                    (_("Paid back"), moment(refund.succeeded_at)),
                ],
            )
        ]


class RefundViewSet(OfficeViewSet):
    model = Refund
    name = REFUND_LIST
    kind = REFUNDS
    icon = "rotate"
    menu_label = gettext_lazy("Refunds")
    menu_name = "refunds"
    menu_order = 150
    add_to_admin_menu = True
    index_view_class = RefundList
    inspect_view_class = RefundCase
    ordering = ("turn", "-created_at")
    filterset_class = RefundFilter
    search_fields = ["cause", "reason", "provider_id"]
    list_display = [
        case_column(REFUND_LIST, gettext_lazy("Refund")),
        Column(
            "created_at",
            label=gettext_lazy("Requested"),
            accessor=lambda refund: moment(refund.created_at),
            sort_key="created_at",
        ),
        Column("reason", label=gettext_lazy("Why")),
        state_column(gettext_lazy("State")),
        due_column(
            gettext_lazy("Pay by"),
            days=REFUND_DAYS,
            states=(RefundState.FAILED,),
            since="created_at",
        ),
    ]
