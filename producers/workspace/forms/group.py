"""What a group and its member say about themselves."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .fields import ManyLines

DAYS = [
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
]


class GroupTextForm(forms.Form):
    about_th = ManyLines(
        label=_("About your group, in Thai"),
        max_length=4000,
        help_text=_("Who you are, where you work, what you are known for."),
        error_messages={"required": _("Write a sentence or two.")},
    )
    about_en = ManyLines(label=_("In English"), max_length=4000, required=False)


class DaysForm(forms.Form):
    days = forms.TypedMultipleChoiceField(
        label=_("On which days do you work?"),
        choices=DAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one day."),
            "invalid_choice": _("Choose at least one day."),
        },
    )


class NoticesForm(forms.Form):
    """How and in which language a member hears of orders."""

    tell_by_sms = forms.BooleanField(label=_("By SMS"), required=False)
    tell_by_email = forms.BooleanField(label=_("By e-mail"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("th", "ไทย"), ("en", "English")]


class SwitchForm(forms.Form):
    """Which of one's groups to work for."""

    group = forms.TypedChoiceField(
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a group."),
            "invalid_choice": _("Choose a group."),
        },
    )

    def __init__(self, *args: Any, groups: list[tuple[int, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = groups
