"""What a buyer types on the basket's page: whole pieces, and where parcels would go."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.core.places import provinces

MOST = 999
LARGEST_ID = 2**63 - 1
NOT_A_NUMBER = _("Type a whole number of pieces from 1 to 999.")


class QuantityForm(forms.Form):
    """How many pieces; "0" takes a line out."""

    quantity = forms.IntegerField(
        min_value=0,
        max_value=MOST,
        error_messages=dict.fromkeys(
            ["required", "invalid", "min_value", "max_value"], NOT_A_NUMBER
        ),
    )


class AddForm(forms.Form):
    """Which product, and how many pieces of it (one where nothing is said)."""

    product_id = forms.IntegerField(min_value=1, max_value=LARGEST_ID)
    quantity = forms.IntegerField(
        min_value=1,
        max_value=MOST,
        error_messages=dict.fromkeys(
            ["required", "invalid", "min_value", "max_value"], NOT_A_NUMBER
        ),
    )

    def __init__(self, data: Any):
        data = data.copy()
        data.setdefault("quantity", "1")
        super().__init__(data)


class ProvinceForm(forms.Form):
    """Where parcels would go, as long as no address is known."""

    province = forms.ChoiceField()

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choices = [(code, place.name) for code, place in provinces().items()]
        self.fields["province"].choices = choices
