"""A group's answers about its workshops: how much, when, and when not."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shop.production.models import CheckIn, Workshop
from shop.production.states import Answer, Unit

from .fields import OneLine, WholeNumber
from .group import DAYS

MOST_PER_DAY = 9_999
MOST_BATCH = 999
MOST_HORIZON = 365
#: Nobody plans a closure farther ahead, and a slip of the finger is often a year.
FARTHEST = timedelta(days=400)
#: Percent of the usual → words; harvest time is what most groups mean by a busy time.
SHARES = [
    (0, _("Closed")),
    (30, _("Harvest or feast: 30 % of the usual")),
    (50, _("Half of the usual")),
    (70, _("A little less: 70 % of the usual")),
]


class AnswerForm(forms.Form):
    """The answer to the weekly question; "fewer" may say how many."""

    answer = forms.ChoiceField(
        choices=Answer.choices, error_messages={"required": _("Choose one of the answers.")}
    )

    def __init__(self, *args: Any, check_in: CheckIn, **kwargs: Any):
        super().__init__(*args, **kwargs)
        most = check_in.asked_units
        self.fields["units"] = WholeNumber(
            label=_("How many can you make that week?"),
            most=most,
            required=False,
            initial=check_in.answered_units if check_in.answer == Answer.FEWER else check_in.half,
            error_messages={
                "max_value": format_lazy(
                    _("At most {most}. If you can make all of it, answer yes."), most=f"{most:,}"
                )
            },
        )

    @property
    def facts(self) -> dict[str, Any]:
        """What `answer_check_in` wants; a number counts only for "fewer"."""
        answer = self.cleaned_data["answer"]
        units = self.cleaned_data["units"] if answer == Answer.FEWER else None
        return {"answer": answer, "units": units}


class ClosureForm(forms.Form):
    """Days on which a workshop is closed or makes less."""

    first_day = forms.DateField(
        label=_("First day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose the first day."), "invalid": _("Choose a day.")},
    )
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Leave it empty for one day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Choose a day.")},
    )
    percent = forms.TypedChoiceField(
        label=_("How much do you make on these days?"),
        choices=SHARES,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
    )
    reason = OneLine(
        label=_("Why"),
        max_length=200,
        required=False,
        help_text=_("Only your group reads it: rice harvest, wedding, repair …"),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first = data.get("first_day")
        last = data.get("last_day") or first
        if first is None or last is None or "last_day" in self.errors:
            return data
        if first <= self.today:
            self.add_error("first_day", _("Choose tomorrow or later; today's work is under way."))
        elif last < first:
            self.add_error("last_day", _("The last day comes before the first."))
        elif last > self.today + FARTHEST:
            self.add_error("last_day", _("This is more than a year ahead."))
        return {**data, "last_day": last}


class NewWorkshopForm(forms.Form):
    """A first workshop in three answers; the rest has sensible values until it is changed."""

    name_th = OneLine(
        label=_("What do you call it?"),
        max_length=80,
        help_text=_("Looms, kitchen, dye house … whatever shares the same hands."),
        error_messages={"required": _("Give it a name.")},
    )
    unit = forms.ChoiceField(
        label=_("How do you count the work?"),
        choices=[
            (Unit.PIECE, _("In pieces")),
            (Unit.HOUR, _("In hours of work")),
            (Unit.BATCH, _("In batches (a pot, a kiln, a dye bath)")),
        ],
        initial=Unit.PIECE,
        widget=forms.RadioSelect,
    )
    per_day = WholeNumber(
        label=_("How much can you make in one day?"),
        least=1,
        most=MOST_PER_DAY,
        help_text=_("All hands together, on a usual day. Rather too few than too many."),
        error_messages={
            "required": _("How much on a usual day?"),
            "min_value": _("From 1 to 9,999."),
            "max_value": _("From 1 to 9,999."),
        },
    )


class WorkshopForm(NewWorkshopForm):
    """Everything about a workshop; the unit stays once goods are made in it."""

    name_en = OneLine(label=_("In English"), max_length=80, required=False)
    works_on = forms.TypedMultipleChoiceField(
        label=_("On which days do you work?"),
        choices=DAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one day."),
            "invalid_choice": _("Choose at least one day."),
        },
    )
    keeps_holidays = forms.BooleanField(label=_("Closed on public holidays"), required=False)
    smallest_batch = WholeNumber(
        label=_("Smallest batch"),
        least=1,
        most=MOST_BATCH,
        help_text=_("Work is planned in whole batches; 1 where any number will do."),
        error_messages={"min_value": _("From 1 to 999."), "max_value": _("From 1 to 999.")},
    )
    horizon_days = WholeNumber(
        label=_("How many days ahead do you take orders?"),
        least=7,
        most=MOST_HORIZON,
        error_messages={"min_value": _("From 7 to 365."), "max_value": _("From 7 to 365.")},
    )

    def __init__(self, *args: Any, is_used: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if is_used:
            del self.fields["unit"]

    @staticmethod
    def known(workshop: Workshop) -> dict[str, Any]:
        names = (
            "name_th", "name_en", "unit", "per_day", "works_on", "keeps_holidays",
            "smallest_batch", "horizon_days",
        )  # fmt: skip
        return {name: getattr(workshop, name) for name in names}
