"""Money in doubt: what nobody can explain, what a bank disputes. Closed with words."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column

from shop.core.templatetags.shop_text import baht, moment
from shop.oscar.order.models import Order
from shop.payments.models import Dispute, PaymentCase
from shop.payments.states import CaseKind, CaseState, DisputeState

from .groups import linked
from .marks import due_mark, state_mark
from .orders import ORDERS
from .steps import MONEY
from .views.cases import CaseView, Part, StepView
from .views.lists import CaseList, case_column, state_column
from .viewsets import OfficeViewSet

MONEY_LIST = "office_money"

#: What the officer does about it; the words stand on top of the case.
WHAT_TO_DO = {
    CaseKind.UNEXPLAINED: gettext_lazy(
        "Money moved at the provider that belongs to no payment of the market. Find out whose it"
        " is (the provider's number leads to it), and write here what you found."
    ),
    CaseKind.ANOTHER_AMOUNT: gettext_lazy(
        "The buyer paid another amount than was asked. No order was made for it, and the money"
        " goes back by itself. Write here why it could happen."
    ),
    CaseKind.BY_HAND: gettext_lazy(
        "Somebody gave this money back at the provider, past the market. Find out who and why,"
        " and whether the order or a group's earnings have to follow."
    ),
    CaseKind.MISSING: gettext_lazy(
        "The market calls this paid, but the provider's book does not have it after a day. Ask"
        " the provider before goods are sent or groups are paid."
    ),
}
DISPUTE_WORDS = {
    DisputeState.NEEDS_RESPONSE: gettext_lazy(
        "The buyer's bank waits for our answer. Send what shows that the goods were made and"
        " sent (order, tracking number, talks) at the provider before the day below."
    ),
    DisputeState.UNDER_REVIEW: gettext_lazy("Our answer is with the bank, which decides."),
    DisputeState.WON: gettext_lazy("The bank decided for us: the money is ours."),
    DisputeState.LOST: gettext_lazy(
        "The bank decided for the buyer, who has the money. Pay nothing back a second time."
    ),
}
#: What moved money in the provider's book.
BOOK_WORDS = {
    "payment": gettext_lazy("Payment"),
    "refund": gettext_lazy("Refund"),
    "refund_back": gettext_lazy("A refund came back"),
    "dispute": gettext_lazy("Taken by a dispute"),
    "dispute_back": gettext_lazy("Back from a dispute"),
    "transfer": gettext_lazy("Passed on"),
    "payout": gettext_lazy("To our bank"),
    "fee": gettext_lazy("Fee"),
}


def what_is_in_doubt(case: PaymentCase) -> str:
    """The list's words: what it is, and how much."""
    kind = str(case.get_kind_display())
    return f"{kind} · {baht(case.amount)}" if case.amount is not None else kind


class MoneyFilter(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=CaseState.choices)
    kind = django_filters.ChoiceFilter(label=gettext_lazy("What"), choices=CaseKind.choices)

    class Meta:
        model = PaymentCase
        fields = ["state", "kind"]


class MoneyList(CaseList):
    turns = ((CaseState.OPEN,),)

    def with_facts(self, things: QuerySet[Any]) -> QuerySet[Any]:
        return things.select_related("attempt", "dispute")


class MoneyCase(CaseView):
    kind = MONEY
    url_name = MONEY_LIST

    def get_page_title(self) -> str:
        return what_is_in_doubt(self.object)

    def notices(self) -> list[Any]:
        case = self.object
        if case.state == CaseState.CLOSED:
            return []
        dispute = case.dispute
        words = DISPUTE_WORDS.get(dispute.state) if dispute else WHAT_TO_DO.get(case.kind)
        return [words] if words else []

    def parts(self) -> list[Part]:
        found = [self._case()]
        if self.object.dispute:
            found.append(_dispute(self.object.dispute))
        return [*found, self._payment(), self._book()]

    def _case(self) -> Part:
        case = self.object
        facts = [
            (_("Noticed"), moment(case.opened_at)),
            (_("Answer by"), "" if case.closed_at else due_mark(localdate(case.due_at))),
            (_("Amount"), "" if case.amount is None else baht(case.amount)),
            (_("Asked for"), "" if case.asked is None else baht(case.asked)),
            (_("Provider's number"), case.provider_id),
            (_("The provider's words"), case.words),
            (_("Closed"), moment(case.closed_at)),
            (_("Closed by"), case.closed_by or ""),
            (_("What was found"), case.closing_words),
        ]
        return Part(_("The case"), facts=[(label, value) for label, value in facts if value])

    def _payment(self) -> Part:
        attempt = self.object.attempt
        if attempt is None:
            return Part(_("The payment"), empty=_("No payment of the market."))
        order = Order.objects.filter(checkout_reference=attempt.checkout_reference).first()
        return Part(
            _("The payment"),
            facts=[
                (_("Amount"), baht(attempt.amount)),
                (_("Paid with"), attempt.get_method_display()),
                (_("State"), state_mark(attempt.state, attempt.get_state_display())),
                (_("Paid"), moment(attempt.paid_at)),
                (_("The provider kept"), "" if attempt.fee is None else baht(attempt.fee)),
                (_("Order"), linked(ORDERS, order) if order else _("No order was made")),
                (_("Buyer"), order.contact_name if order else ""),
                (_("E-mail"), attempt.opening.get("email", "")),
            ],
        )

    def _book(self) -> Part:
        case = self.object
        owner = case.dispute or case
        return Part(
            _("In the provider's book"),
            columns=[_("When"), _("What"), _("Amount"), _("Fee"), _("Number")],
            rows=[
                [
                    moment(each.at),
                    BOOK_WORDS.get(each.kind, each.kind),
                    baht(each.amount),
                    baht(each.fee),
                    format_html("<code>{}</code>", each.provider_id),
                ]
                for each in owner.movements.all()
            ],
            empty=_("Nothing (yet)."),
        )


def _dispute(dispute: Dispute) -> Part:
    return Part(
        _("The dispute"),
        facts=[
            (_("State"), state_mark(dispute.state, dispute.get_state_display())),
            (_("The bank only asks"), _("Yes") if dispute.inquiry else ""),
            (_("The bank's reason"), dispute.reason),
            (_("Disputed"), baht(dispute.amount)),
            (_("Held by the provider now"), baht(dispute.taken)),
            (_("The provider's fee"), baht(dispute.fee)),
            (_("Opened"), moment(dispute.opened_at)),
            (_("Answer the bank by"), moment(dispute.respond_by)),
            (_("Decided"), moment(dispute.closed_at)),
        ],
    )


class MoneyStep(StepView):
    """Closing a case: the next officer reads the words, no group and no buyer does."""

    def form(self) -> Any:
        form = super().form()
        if form is not None:
            form.fields["reason"].label = _("What was found")
            form.fields["reason"].help_text = _(
                "Whose money it was, what was done about it, and where that is written. Kept with"
                " the case and your name."
            )
        return form


class MoneyViewSet(OfficeViewSet):
    model = PaymentCase
    name = MONEY_LIST
    kind = MONEY
    icon = "warning"
    menu_label = gettext_lazy("Money in doubt")
    menu_name = "money"
    menu_order = 155
    add_to_admin_menu = True
    index_view_class = MoneyList
    inspect_view_class = MoneyCase
    step_view_class = MoneyStep
    ordering = ("turn", "due_at")
    filterset_class = MoneyFilter
    search_fields = ["provider_id", "cause", "closing_words"]
    list_display = [
        case_column(MONEY_LIST, gettext_lazy("What"), accessor=what_is_in_doubt),
        Column(
            "opened_at",
            label=gettext_lazy("Noticed"),
            accessor=lambda case: moment(case.opened_at),
            sort_key="opened_at",
        ),
        state_column(gettext_lazy("State")),
        Column(
            "due_at",
            label=gettext_lazy("Answer by"),
            accessor=lambda case: "" if case.closed_at else due_mark(localdate(case.due_at)),
            sort_key="due_at",
        ),
    ]
