"""What a group shows of its work: a photo at each step, and a proof before it begins."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.core.fields import ManyLines, OneLine
from shop.fulfilment.states import ProofKind
from shop.production.states import ProofPolicy


class WorkForm(forms.Form):
    """A sentence for the buyer; the photo is read by the view. `token` names this try to send."""

    text = OneLine(
        label=_("A sentence for the buyer"),
        max_length=300,
        required=False,
        error_messages={"max_length": _("At most 300 letters.")},
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.setdefault("initial", {"token": uuid4()})
        super().__init__(*args, **kwargs)


class ProofForm(forms.Form):
    """What the buyer is shown before the work begins; a described sample needs no photo."""

    kind = forms.ChoiceField(
        label=_("What do you show?"), choices=ProofKind.choices, widget=forms.RadioSelect
    )
    note = ManyLines(
        label=_("A few words about it"),
        help_text=_("For example: colours, size, where the name stands."),
        max_length=1000,
        required=False,
        rows=3,
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, policy: str, has_photo: bool = False, **kwargs: Any):
        kind = ProofKind.SAMPLE if policy == ProofPolicy.SAMPLE else ProofKind.PHOTO
        kwargs.setdefault("initial", {"token": uuid4(), "kind": kind})
        super().__init__(*args, **kwargs)
        self.has_photo = has_photo

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == ProofKind.SAMPLE and not data.get("note") and not self.has_photo:
            self.add_error("note", _("Describe the sample, or send a photo of it."))
        return data


class NoChangeForm(forms.Form):
    """Why a further change is not made."""

    words = ManyLines(
        label=_("A few words to the buyer"),
        max_length=500,
        rows=3,
        error_messages={"required": _("Tell the buyer why, in a few words.")},
    )
