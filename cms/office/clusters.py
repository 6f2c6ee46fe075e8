"""Clusters that the office keeps, and their orders that are short of villages or late."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column

from producers.models import Cluster
from shop.core.money import format_baht
from shop.core.templatetags.shop_text import day
from shop.production.models import ClusterOrder
from shop.production.states import ClusterOrderState

from .delivery import PlainList
from .groups import linked
from .viewsets import OfficeViewSet

CLUSTERS, SHARED = "office_clusters", "office_shared"
GROUPS = "office_groups"


class ClusterList(PlainList):
    def get_base_queryset(self) -> QuerySet[Any]:
        found = Cluster.objects.select_related("lead")
        return found.prefetch_related("memberships__enterprise", "rates")

    def get_edit_url(self, instance: Any) -> None:
        return None


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


class ClusterViewSet(OfficeViewSet):
    model = Cluster
    name = CLUSTERS
    icon = "group"
    inspect_view_enabled = False
    index_view_class = ClusterList
    menu_label = gettext_lazy("Clusters")
    list_display = [
        Column("name", label=gettext_lazy("Cluster")),
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
