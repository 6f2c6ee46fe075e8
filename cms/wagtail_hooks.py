"""What the office's Wagtail admin has beyond pages and pictures, and what it does not need."""

from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks

from .choosers import enterprise_chooser, product_chooser
from .office.certificates import CertificateViewSet
from .office.dashboard import QueuesPanel
from .office.delivery import DeliveryViewSetGroup
from .office.groups import GroupViewSet
from .office.late import LateViewSet
from .office.money import MoneyViewSet
from .office.orders import OrderViewSet, RefundViewSet
from .office.problems import ProblemViewSet
from .office.production import ProductionViewSetGroup
from .office.products import ProductViewSet
from .office.reviews import ReviewViewSet
from .office.shelf import ShelfMenuItem, ShelfViewSet
from .office.talks import TalkViewSet

#: Wagtail's own entries that the office works with; the rest only hides what matters.
MENU = {
    "explorer",
    "images",
    "shelf",
    "groups",
    "products",
    "certificates",
    "orders",
    "late",
    "problems",
    "refunds",
    "money",
    "reviews",
    "talks",
    "delivery",
    "production",
    "settings",  # people and languages: administrators only, by their rights
}


@hooks.register("register_admin_viewset")
def office_viewsets() -> list[Any]:
    return [
        product_chooser,
        enterprise_chooser,
        GroupViewSet(),
        ProductViewSet(),
        CertificateViewSet(),
        OrderViewSet(),
        LateViewSet(),
        ProblemViewSet(),
        RefundViewSet(),
        MoneyViewSet(),
        ReviewViewSet(),
        TalkViewSet(),
        DeliveryViewSetGroup(),
        ProductionViewSetGroup(),
        ShelfViewSet(),
    ]


@hooks.register("register_admin_menu_item")
def shelf_menu_item() -> ShelfMenuItem:
    return ShelfMenuItem()


@hooks.register("construct_main_menu")
def only_what_is_needed(request: Any, menu_items: list[Any]) -> None:
    menu_items[:] = [item for item in menu_items if item.name in MENU]


@hooks.register("construct_homepage_panels")
def what_waits_first(request: Any, panels: list[Any]) -> None:
    panels.insert(0, QueuesPanel())


@hooks.register("construct_homepage_summary_items", order=1000)
def no_summary(request: Any, summary_items: list[Any]) -> None:
    """Counts of pages and pictures help nobody to decide."""
    summary_items.clear()


@hooks.register("insert_global_admin_css")
def office_css() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("css/office.css"))
