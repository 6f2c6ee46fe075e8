"""Clusters that the office keeps, and their orders that are short of villages or late."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import HeaderButton

from producers.models import Cluster
from shop.core.money import format_baht
from shop.core.templatetags.shop_text import day
from shop.production.models import ClusterOrder, MemberMaking
from shop.production.states import ClusterOrderState

from .delivery import PlainList
from .groups import linked
from .steps import CLUSTERS as STEPS_OF_CLUSTERS
from .views import clusters as forms
from .views.cases import CaseView, Part
from .views.lists import case_column
from .viewsets import OfficeViewSet

CLUSTERS, SHARED = "office_clusters", "office_shared"
GROUPS = "office_groups"
#: Orders shown in a cluster's case.
LATEST = 10


class ClusterList(PlainList):
    def get_base_queryset(self) -> QuerySet[Any]:
        found = Cluster.objects.select_related("lead")
        return found.prefetch_related("memberships__enterprise", "rates")

    def get_edit_url(self, instance: Any) -> None:
        return None

    @property
    def header_buttons(self) -> list[Any]:
        if not self.user_has_permission("add"):
            return []
        address = reverse(f"{CLUSTERS}:open")
        return [HeaderButton(_("New cluster"), url=address, icon_name="plus")]


class SharedList(PlainList):
    """The earliest wished day first."""

    default_ordering = None

    def get_base_queryset(self) -> QuerySet[Any]:
        found = ClusterOrder.objects.short_or_late(timezone.localdate())
        return found.select_related("cluster__lead").order_by("wished_on", "pk")

    def get_edit_url(self, instance: Any) -> None:
        return None


def members(cluster: Cluster) -> str:
    """The groups that belong to it now."""
    current = [each for each in cluster.memberships.all() if each.left_at is None]
    return ", ".join(each.enterprise.name for each in current)


def rates(cluster: Cluster) -> str:
    return ", ".join(f"{rate.kind} {format_baht(rate.per_piece)}" for rate in cluster.rates.all())


def fee(cluster: Cluster) -> str:
    return _("%(percent)s %% (at most %(cap)s %%)") % {
        "percent": f"{cluster.lead_fee_percent.normalize():f}",
        "cap": f"{cluster.lead_fee_cap.normalize():f}",
    }


def trouble(order: ClusterOrder) -> str:
    """What is the matter: pieces without a village, or parts that are not together."""
    if order.state == ClusterOrderState.SHORT:
        return _("%(n)s pieces have no village yet") % {"n": order.missing}
    return _("Parts were due on %(day)s") % {"day": day(order.parts_due_on)}


class ClusterCase(CaseView):
    """One cluster: its members and how they make what, its rates, its orders."""

    kind = STEPS_OF_CLUSTERS
    url_name = CLUSTERS

    def things(self) -> QuerySet[Any]:
        return Cluster.objects.select_related("lead")

    @property
    def may_change(self) -> bool:
        return self.object.is_open and self.user_has_permission("change")

    @property
    def header_buttons(self) -> list[Any]:
        if not self.may_change:
            return []
        doors = (
            ("describe", _("Name, words and radius"), "edit"),
            ("lead", _("Who leads"), "user"),
            ("fee", _("Lead's fee"), "tag"),
            ("rate", _("Rate per piece"), "plus"),
            ("member", _("New member"), "plus"),
        )
        pk = self.object.pk
        return [
            HeaderButton(words, url=reverse(f"{CLUSTERS}:{name}", args=[pk]), icon_name=icon)
            for name, words, icon in doors
        ]

    def notices(self) -> list[Any]:
        found: list[Any] = []
        if not self.object.rates.exists():
            found.append(_("There is no rate yet, so that no order can be planned."))
        if not MemberMaking.objects.filter(membership__cluster=self.object).exists():
            found.append(_("No member has said yet how it makes a kind of piece."))
        return found

    def parts(self) -> list[Part]:
        cluster = self.object
        return [
            Part(
                _("The cluster"),
                facts=[
                    (_("Lead"), linked(GROUPS, cluster.lead)),
                    (_("Radius (km)"), cluster.radius_km),
                    (_("Lead's fee (percent)"), fee(cluster)),
                    (_("About the cluster (Thai)"), cluster.about_th),
                    (_("About the cluster (English)"), cluster.about_en),
                ],
            ),
            self._rates(),
            self._members(),
            self._orders(),
        ]

    def _rates(self) -> Part:
        rows = []
        for rate in self.object.rates.all():
            row = [rate.kind, format_baht(rate.per_piece)]
            if self.may_change:
                address = reverse(f"{CLUSTERS}:rate", args=[self.object.pk])
                row.append(_way(f"{address}?{urlencode({'kind': rate.kind})}", _("Change")))
            rows.append(row)
        columns = [_("Kind"), _("Baht per piece")]
        columns += [""] if self.may_change else []
        return Part(
            _("Rates, the same for everybody"), columns=columns, rows=rows, empty=_("None.")
        )

    def _members(self) -> Part:
        memberships = self.object.memberships.current().select_related("enterprise")
        memberships = memberships.prefetch_related("makings__workshop")
        columns = [_("Group"), _("Distance"), _("Most pieces of one order"), _("Makes")]
        columns += [""] if self.may_change else []
        return Part(
            _("Members"), columns=columns, rows=[self._member(each) for each in memberships]
        )

    def _member(self, membership: Any) -> list[Any]:
        group, cluster = membership.enterprise, self.object
        leads = group.pk == cluster.lead_id
        row = [
            linked(GROUPS, group),
            _("leads") if leads else _("%(km)s km") % {"km": cluster.distance_to(group)},
            membership.most_pieces or _("as its days allow"),
            format_html_join(
                mark_safe("<br>"),
                "{}: {}",
                [(x.kind, x.workshop.name) for x in membership.makings.all()],
            )
            or _("nothing yet"),
        ]
        if self.may_change:
            doors = [("making", _("How it makes it")), ("most", _("Most pieces"))]
            doors += [] if leads else [("leave", _("Leaves"))]
            ways = [
                (_way(reverse(f"{CLUSTERS}:{name}", args=[membership.pk]), words),)
                for name, words in doors
            ]
            row.append(format_html_join(" ", "{}", ways))
        return row

    def _orders(self) -> Part:
        orders = self.object.orders.order_by("-created_at", "-pk")[:LATEST]
        return Part(
            _("Latest orders"),
            columns=[_("What is made"), _("Pieces"), _("To be sent by"), _("State")],
            rows=[
                [order.what or order.kind, order.pieces, day(order.wished_on),
                 order.get_state_display()]
                for order in orders
            ],
            empty=_("None."),
        )  # fmt: skip


class ClusterViewSet(OfficeViewSet):
    model = Cluster
    name = CLUSTERS
    kind = STEPS_OF_CLUSTERS
    icon = "group"
    index_view_class = ClusterList
    inspect_view_class = ClusterCase
    menu_label = gettext_lazy("Clusters")
    list_display = [
        case_column(CLUSTERS, gettext_lazy("Cluster"), sort_key="name_th"),
        Column(
            "lead",
            label=gettext_lazy("Lead"),
            accessor=lambda cluster: linked(GROUPS, cluster.lead),
        ),
        Column("members", label=gettext_lazy("Groups"), accessor=members),
        Column("radius_km", label=gettext_lazy("Radius (km)")),
        Column("fee", label=gettext_lazy("Lead's fee (percent)"), accessor=fee),
        Column("rates", label=gettext_lazy("Rate per piece"), accessor=rates),
        Column("state", label=gettext_lazy("State"), accessor="get_state_display"),
    ]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(menu_label=self.menu_label, **kwargs)

    def further_urlpatterns(self) -> list[Any]:
        def view(view_class: Any) -> Any:
            return self.construct_view(view_class)

        return [
            path("open/", view(forms.NewCluster), name="open"),
            path("words/<int:pk>/", view(forms.DescribeCluster), name="describe"),
            path("lead/<int:pk>/", view(forms.LeadOfCluster), name="lead"),
            path("fee/<int:pk>/", view(forms.FeeOfCluster), name="fee"),
            path("rate/<int:pk>/", view(forms.RateOfCluster), name="rate"),
            path("member/<int:pk>/", view(forms.NewMember), name="member"),
            path("most/<int:pk>/", view(forms.MostOfMember), name="most"),
            path("making/<int:pk>/", view(forms.MakingOfMember), name="making"),
            path("leave/<int:pk>/", view(forms.LeaveCluster), name="leave"),
        ]


def _way(address: str, words: Any) -> Any:
    return format_html(
        '<a class="button button-small button-secondary" href="{}">{}</a>', address, words
    )


class SharedViewSet(OfficeViewSet):
    model = ClusterOrder
    name = SHARED
    icon = "warning"
    inspect_view_enabled = False
    index_view_class = SharedList
    menu_label = gettext_lazy("Shared orders in trouble")
    list_display = [
        Column("what", label=gettext_lazy("What is made"), accessor=str),
        Column("cluster", label=gettext_lazy("Cluster")),
        Column(
            "lead",
            label=gettext_lazy("Lead"),
            accessor=lambda order: linked(GROUPS, order.cluster.lead),
        ),
        Column(
            "wished_on",
            label=gettext_lazy("To be sent by"),
            accessor=lambda order: day(order.wished_on),
        ),
        Column("trouble", label=gettext_lazy("What is the matter"), accessor=trouble),
    ]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(menu_label=self.menu_label, **kwargs)
