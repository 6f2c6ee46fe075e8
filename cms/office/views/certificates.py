"""Handing in, correcting and covering: the certificate register's forms."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from catalogue.services import set_covered_products
from cms.forms import CertificateForm, CoveredProductsForm
from cms.office.words import explain
from producers.models import Certificate, Enterprise
from producers.services import correct_certificate, submit_certificate
from producers.states import CORRECTABLE


class RegisterView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """A form of the register; leads back to the certificate's case."""

    template_name = "office/form.html"
    permission_required = "change"
    model: Any = Certificate
    url_name = ""
    title: Any = ""
    words: Any = ""
    button: Any = ""
    index_label: Any = gettext_lazy("Certificates")

    def get_page_title(self) -> str:
        return str(self.title)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse(f"{self.url_name}:index"), "label": str(self.index_label)},
            {"url": "", "label": self.get_page_title()},
        ]

    def form(self) -> Any:
        raise NotImplementedError

    def do(self, facts: dict[str, Any]) -> Any:
        raise NotImplementedError

    def back_url(self) -> str:
        return reverse(f"{self.url_name}:index")

    def posted(self) -> dict[str, Any]:
        if self.request.method != "POST":
            return {}
        return {"data": self.request.POST, "files": self.request.FILES}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context.setdefault("form", self.form())
        context.update(words=self.words, button=self.button, back_url=self.back_url())
        return context

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form()
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            certificate = self.do(form.cleaned_data)
        except Exception as refusal:
            words = explain(refusal)
            if words is None:
                raise
            messages.error(request, words)
            return redirect(self.back_url())
        return redirect(f"{self.url_name}:inspect", certificate.pk)


class SubmitCertificate(RegisterView):
    """The office hands in a certificate for a group."""

    permission_required = "add"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.enterprise = get_object_or_404(Enterprise, pk=kwargs["group"])
        self.title = _("New certificate of %(group)s") % {"group": self.enterprise}
        self.button = _("Hand it in")

    def form(self) -> CertificateForm:
        return CertificateForm(**self.posted())

    def do(self, facts: dict[str, Any]) -> Certificate:
        return submit_certificate(
            enterprise_id=self.enterprise.pk, by=self.request.user, **_given(facts)
        )


class _OfCertificate(RegisterView):
    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.certificate = get_object_or_404(
            Certificate.objects.select_related("enterprise"), pk=kwargs["pk"]
        )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.certificate.state not in CORRECTABLE:
            messages.warning(request, _("What is verified stays as it is. Put it on hold first."))
            return redirect(self.back_url())
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return str(self.certificate)

    def back_url(self) -> str:
        return reverse(f"{self.url_name}:inspect", args=[self.certificate.pk])


class CorrectCertificate(_OfCertificate):
    """Changing what is written of a certificate that nobody relies on."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.title, self.button = _("Correct the certificate"), _("Save")

    def form(self) -> CertificateForm:
        return CertificateForm(**self.posted(), instance=self.certificate)

    def do(self, facts: dict[str, Any]) -> Certificate:
        return correct_certificate(
            certificate_id=self.certificate.pk, by=self.request.user, **_given(facts)
        )


class CoverProducts(_OfCertificate):
    """Saying which products of the group it covers."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.title, self.button = _("Products it covers"), _("Save")
        self.words = _("Tick only what the paper names. The badge is shown on these and no others.")

    def form(self) -> CoveredProductsForm:
        data = self.request.POST if self.request.method == "POST" else None
        return CoveredProductsForm(data, certificate=self.certificate)

    def do(self, facts: dict[str, Any]) -> Certificate:
        set_covered_products(
            certificate_id=self.certificate.pk,
            product_ids=[product.pk for product in facts["products"]],
            by=self.request.user,
        )
        return self.certificate


def _given(facts: dict[str, Any]) -> dict[str, Any]:
    """What the form says; a cleared file is an empty name, not False."""
    return {**facts, "file": facts.get("file") or ""}
