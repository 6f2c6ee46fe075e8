"""Quoting something that several villages make together."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from producers.models import ClusterRate
from producers.workspace.clusters import Choice
from shop.care.forms import Words
from shop.fulfilment.models import CustomRequest
from shop.fulfilment.services.quotes import Draft, DraftLine, Villages
from shop.production.states import PaymentPlan

from .delays import Day
from .fields import Baht, OneLine, WholeNumber
from .requests import LONGEST, MOST_GRAMS, MOST_PIECES

#: A parcel is mostly with the buyer within so many days.
ON_THE_WAY = timedelta(days=3)


class VillagesForm(forms.Form):
    """What, how many, at what price, sent by when; `draft()` is what it says."""

    over = forms.ChoiceField(label=_("Cluster and kind"), widget=forms.RadioSelect)
    title = OneLine(label=_("What (Thai)"), max_length=120)
    title_en = OneLine(label=_("What (English)"), max_length=120, required=False)
    quantity = WholeNumber(label=_("Pieces"), least=1, most=MOST_PIECES)
    unit_price = Baht(
        label=_("Price of one (baht)"),
        help_text=_("The buyer pays it; every village is paid the same of it for each piece."),
    )
    sent_by = Day(label=_("Sent by"))
    sample = forms.BooleanField(
        label=_("The buyer approves a sample piece first (10 days more)"), required=False
    )
    weight_g = WholeNumber(
        label=_("Packed weight of one (g)"), least=1, most=MOST_GRAMS, required=False
    )
    payment_plan = forms.ChoiceField(
        label=_("Payment"), choices=PaymentPlan.choices, widget=forms.RadioSelect
    )
    valid_days = WholeNumber(
        label=_("The buyer can accept for so many days"), least=1, most=settings.QUOTE_MOST_DAYS,
        help_text=_("The villages begin when it is paid: fewer days, an earlier start."),
    )  # fmt: skip
    words = Words(label=_("Words to the buyer"), rows=4, required=False, max_length=LONGEST)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, choices: list[Choice], asked: CustomRequest, today: date, **kwargs: Any
    ):
        kwargs.setdefault("initial", _known(asked, choices, today))
        super().__init__(*args, **kwargs)
        self.choices = choices
        self.today = today
        self.fields["over"].choices = [
            (each.key, f"{each.cluster.name} · {each.kind}") for each in choices
        ]

    @property
    def token_now(self) -> UUID:
        """The form's own token, the same when it comes back."""
        try:
            return UUID(str(self["token"].value()))
        except ValueError:
            return uuid4()

    def clean_sent_by(self) -> date:
        day: date = self.cleaned_data["sent_by"]
        if day <= self.today:
            raise forms.ValidationError(_("Choose a day that is still to come."))
        return day

    def villages(self) -> Villages:
        data = self.cleaned_data
        choice = next(each for each in self.choices if each.key == data["over"])
        token = data.get("token") or uuid4()
        return Villages(choice.cluster, choice.kind, data["sent_by"], data["sample"], token)

    def draft(self) -> Draft:
        data = self.cleaned_data
        line = DraftLine(
            title=data["title"],
            title_en=data["title_en"],
            quantity=data["quantity"],
            unit_price=Decimal(data["unit_price"]),
            weight_g=data.get("weight_g") or 500,
        )
        return Draft(
            lines=[line],
            villages=self.villages(),
            payment_plan=data["payment_plan"],
            words=data["words"],
            valid_days=data["valid_days"],
        )


def _known(asked: CustomRequest, choices: list[Choice], today: date) -> dict[str, Any]:
    """The last quote of villages to start from; otherwise what was asked, at the cluster's rate."""
    start: dict[str, Any] = {
        "payment_plan": PaymentPlan.FULL,
        "valid_days": 5,
        "quantity": asked.quantity,
        "over": choices[0].key,
        "unit_price": _rate(choices[0]),
        "token": uuid4(),
    }
    if asked.wished_on and asked.wished_on - ON_THE_WAY > today:
        start["sent_by"] = asked.wished_on - ON_THE_WAY
    last = asked.quote
    if last is None:
        return start
    line = last.lines.all()[0]
    for name in ("title", "title_en", "quantity", "unit_price", "weight_g"):
        start[name] = getattr(line, name)
    start["payment_plan"] = last.payment_plan
    if last.cluster_order is not None:
        start["sent_by"] = last.cluster_order.wished_on
        start["sample"] = last.cluster_order.sample != "not_needed"
    return start


def _rate(choice: Choice) -> Decimal | None:
    """What the cluster has agreed on for a piece of this kind (baht)."""
    found = ClusterRate.objects.filter(cluster=choice.cluster, kind=choice.kind)
    return found.values_list("per_piece", flat=True).first()
