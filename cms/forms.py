"""Forms of the office."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.forms.auth import LoginForm

from catalogue.models import Product
from producers.models import Certificate
from shop.core.contacts import one_spelling
from shop.core.limits import TooOften, count_knock
from shop.core.places import UnknownPlace, tambon_address

HOUR = 60 * 60
PROOF_BYTES = 10 * 1024 * 1024
#: What a copy of a certificate may be; the word is Pillow's, None is a PDF.
PROOF_KINDS = {".pdf": None, ".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}


class OfficeSignInForm(LoginForm):
    """Signing in to the office by e-mail or phone and password; counted, so nobody can guess."""

    error_messages = {
        **LoginForm.error_messages,
        "invalid_login": _("The e-mail and the password do not match. Please try again."),
        "too_often": _("Too many attempts. Please wait a quarter of an hour and try again."),
        "not_office": _("This door is for the office only."),
    }

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any):
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = _("E-mail or phone")
        self.fields["username"].widget.attrs["placeholder"] = ""
        self.fields["password"].widget.attrs["placeholder"] = ""

    def clean(self) -> dict[str, Any]:
        name = one_spelling(str(self.cleaned_data.get("username", "")))
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        try:
            count_knock(f"sign-in:{address}", limit=30, per_seconds=HOUR)
            count_knock(f"sign-in:{name}", limit=10, per_seconds=HOUR // 4)
        except TooOften:
            raise ValidationError(self.error_messages["too_often"], code="too_often") from None
        return super().clean()

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if not user.has_perm("wagtailadmin.access_admin"):
            raise ValidationError(self.error_messages["not_office"], code="not_office")


class GroupForm(WagtailAdminModelForm):
    """A group's words and place; its province follows from its tambon."""

    def clean_tambon_code(self) -> str:
        code = self.cleaned_data["tambon_code"]
        try:
            province_code = tambon_address(code).province.code
        except UnknownPlace:
            raise ValidationError(_("No tambon has this code.")) from None
        before = self.instance.province_code
        if before and before != province_code and self.instance.products.exists():
            raise ValidationError(_("A group with products stays in its province."))
        self.instance.province_code = province_code
        return code


class ReasonForm(forms.Form):
    """Why the office decides so; the group reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The group reads these words. Say what to change and how."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )

    def __init__(self, *args: Any, needed: bool = True, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needed


class CertificateForm(forms.ModelForm):
    """What is written on a certificate. Saving is the service's, which knows when it may change."""

    class Meta:
        model = Certificate
        fields = [
            "scheme",
            "number",
            "certificate_number",
            "stars",
            "year",
            "issued_on",
            "expires_on",
            "file",
        ]

    def clean_file(self) -> Any:
        """A PDF or a photo that really is one, so that nothing else is ever served from here."""
        file = self.cleaned_data.get("file")
        if isinstance(file, UploadedFile):
            _check_proof(file)
        return file

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        issued, expires = found.get("issued_on"), found.get("expires_on")
        if issued and expires and expires < issued:
            self.add_error("expires_on", _("The last day lies before the day of issue."))
        if found.get("stars") is not None and not found.get("year"):
            self.add_error("year", _("Stars are shown with their year only."))
        return found


class CoveredProductsForm(forms.Form):
    """Which goods of its group a certificate covers."""

    products = forms.ModelMultipleChoiceField(
        label=_("Products it covers"),
        queryset=Product.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, certificate: Certificate, **kwargs: Any):
        kwargs.setdefault("initial", {"products": certificate.products.all()})
        super().__init__(*args, **kwargs)
        field: Any = self.fields["products"]
        field.queryset = Product.objects.top_level().made_by(certificate.enterprise)
        field.label_from_instance = lambda product: (
            f"{product.name} · {product.get_state_display()}"
        )


class PaidByHandForm(forms.Form):
    """The bank's reference of a refund that the office has paid itself."""

    reference = forms.CharField(
        label=_("Bank reference"),
        help_text=_("As it stands on the slip. It is kept in the history."),
        max_length=80,
    )


class SettleForm(forms.Form):
    """What goes back because of a problem with a parcel, and why."""

    amount = forms.DecimalField(
        label=_("Goes back to the buyer (baht)"),
        help_text=_("0 = nothing goes back."),
        min_value=0,
        max_digits=12,
        decimal_places=2,
    )
    words = forms.CharField(
        label=_("What you have found and decided"),
        help_text=_("Buyer and group read these words."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )


def _check_proof(file: UploadedFile) -> None:
    refused = ValidationError(_("Please send a PDF or a photo (JPG or PNG) of at most 10 MB."))
    ending = PurePath(file.name or "").suffix.lower()
    if ending not in PROOF_KINDS or (file.size or 0) > PROOF_BYTES:
        raise refused
    kind = PROOF_KINDS[ending]
    file.seek(0)
    if kind is None:
        fits = file.read(5) == b"%PDF-"
    else:
        try:
            with Image.open(file) as image:
                fits = image.format == kind
        except (UnidentifiedImageError, Image.DecompressionBombError, OSError):
            fits = False
    file.seek(0)
    if not fits:
        raise refused
