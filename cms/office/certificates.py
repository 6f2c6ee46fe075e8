"""The certificate register: handed in, checked by one, verified by another, expired by itself."""

from typing import Any

import django_filters
from django.db.models import Count, QuerySet
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import HeaderButton

from producers.formats import FORMATS, WARNING_WORDS, number_warnings
from producers.models import Certificate, Scheme
from producers.states import CORRECTABLE, CertificateState
from shop.core.templatetags.shop_text import day

from .groups import linked
from .marks import due_mark, end_mark, state_mark
from .queues import CERTIFICATE_DAYS, WAITING_CERTIFICATES, due_day
from .steps import CERTIFICATES
from .views.cases import CaseView, Part
from .views.certificates import CorrectCertificate, CoverProducts, SubmitCertificate
from .views.lists import CaseList, case_column, due_column, state_column
from .viewsets import OfficeViewSet

NAME = "office_certificates"


class CertificateFilter(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), choices=CertificateState.choices
    )
    scheme = django_filters.ChoiceFilter(label=gettext_lazy("Scheme"), choices=Scheme.choices)

    class Meta:
        model = Certificate
        fields = ["state", "scheme"]


class CertificateList(CaseList):
    turns = (
        WAITING_CERTIFICATES,
        (CertificateState.EXPIRING,),
        (CertificateState.VERIFIED, CertificateState.SUSPENDED),
    )

    def with_facts(self, things: QuerySet[Any]) -> QuerySet[Any]:
        return things.select_related("enterprise", "checked_by").annotate(covers=Count("products"))


class CertificateCase(CaseView):
    kind = CERTIFICATES
    url_name = NAME

    @property
    def header_buttons(self) -> list[Any]:
        if self.object.state not in CORRECTABLE or not self.user_has_permission("change"):
            return []
        where: dict[str, Any] = {"args": [self.object.pk]}
        return [
            HeaderButton(_("Correct"), url=reverse(f"{NAME}:correct", **where), icon_name="edit"),
            HeaderButton(
                _("Products it covers"), url=reverse(f"{NAME}:covers", **where), icon_name="pick"
            ),
        ]

    def notices(self) -> list[Any]:
        certificate = self.object
        found: list[Any] = [
            WARNING_WORDS[warning]
            for warning in number_warnings(
                certificate.scheme,
                certificate.number,
                province_code=certificate.enterprise.province_code,
            )
        ]
        mine = certificate.checked_by_id == self.request.user.pk
        if certificate.state == CertificateState.CHECKING and mine:
            found.append(_("You have checked it. Somebody else verifies it."))
        if certificate.state in WAITING_CERTIFICATES and not certificate.file:
            found.append(
                _("There is no copy of the paper. Ask the group for one before you check it.")
            )
        if certificate.state in WAITING_CERTIFICATES and not self.covered:
            found.append(_("It covers no product yet, so no badge would be shown."))
        return found

    @property
    def covered(self) -> list[Any]:
        return list(self.object.products.select_related("enterprise"))

    def parts(self) -> list[Part]:
        certificate = self.object
        waiting = certificate.state in WAITING_CERTIFICATES
        form = FORMATS[certificate.scheme]
        return [
            Part(
                _("The certificate"),
                facts=[
                    (_("Group"), linked("office_groups", certificate.enterprise)),
                    (_("Scheme"), certificate.get_scheme_display()),
                    (_("Standard or serial number"), certificate.number),
                    (_("Certificate number"), certificate.certificate_number),
                    (_("Stars"), _stars(certificate)),
                    (_("Issued on"), day(certificate.issued_on)),
                    (_("Valid until"), end_mark(certificate.expires_on) or _("Until revoked")),
                    (_("Copy of the certificate"), _file(certificate)),
                    (
                        _("Answer by"),
                        due_mark(due_day(certificate.created_at, CERTIFICATE_DAYS))
                        if waiting
                        else "",
                    ),
                ],
            ),
            Part(
                _("Two pairs of eyes"),
                facts=[
                    (_("Handed in by"), certificate.submitted_by or ""),
                    (
                        _("Checked by"),
                        certificate.checked_by
                        or (waiting and _("Nobody yet: one officer looks it up with its issuer")),
                    ),
                    (
                        _("Verified by"),
                        certificate.verified_by
                        or (waiting and _("Nobody yet: another officer verifies it after that")),
                    ),
                    (_("Verified on"), day(certificate.verified_on)),
                ],
            ),
            Part(
                _("How such numbers usually look"),
                facts=[
                    (_("Example"), form.example),
                    (_("Usually valid for years"), form.years or ""),
                ],
                empty=_("The issuer writes them in its own way."),
            ),
            Part(
                _("Products it covers"),
                columns=[_("Product"), _("State")],
                rows=[
                    [
                        linked("office_products", product),
                        state_mark(product.state, product.get_state_display()),
                    ]
                    for product in self.covered
                ],
                empty=_("None."),
            ),
        ]


class CertificateViewSet(OfficeViewSet):
    model = Certificate
    name = NAME
    kind = CERTIFICATES
    icon = "clipboard-list"
    menu_label = gettext_lazy("Certificates")
    menu_name = "certificates"
    menu_order = 130
    add_to_admin_menu = True
    index_view_class = CertificateList
    inspect_view_class = CertificateCase
    ordering = ("turn", "expires_on", "created_at")
    filterset_class = CertificateFilter
    search_fields = ["number", "certificate_number", "enterprise__name_th", "enterprise__name_en"]
    list_display = [
        case_column(NAME, gettext_lazy("Certificate"), sort_key="scheme"),
        Column("enterprise", label=gettext_lazy("Group"), accessor="enterprise.name"),
        state_column(gettext_lazy("State")),
        Column("covers", label=gettext_lazy("Products"), sort_key="covers"),
        Column("checked_by", label=gettext_lazy("Checked by")),
        Column(
            "expires_on",
            label=gettext_lazy("Valid until"),
            accessor=lambda certificate: end_mark(certificate.expires_on),
            sort_key="expires_on",
        ),
        due_column(
            gettext_lazy("Answer by"),
            days=CERTIFICATE_DAYS,
            states=WAITING_CERTIFICATES,
            since="created_at",
        ),
    ]

    def further_urlpatterns(self) -> list[Any]:
        def view(view_class: Any) -> Any:
            return self.construct_view(view_class)

        return [
            path("of/<int:group>/new/", view(SubmitCertificate), name="submit"),
            path("correct/<int:pk>/", view(CorrectCertificate), name="correct"),
            path("covers/<int:pk>/", view(CoverProducts), name="covers"),
        ]


def _stars(certificate: Certificate) -> str:
    if certificate.stars is None:
        return ""
    return _("%(stars)s stars, %(year)s") % {"stars": certificate.stars, "year": certificate.year}


def _file(certificate: Certificate) -> Any:
    if not certificate.file:
        return _("None handed in")
    return format_html(
        '<a href="{}" target="_blank" rel="noreferrer">{}</a>',
        certificate.file.url,
        _("Open the copy"),
    )
