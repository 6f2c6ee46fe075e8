"""The shelf of featured products: one form, with what buyers see of it now."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import EditView

from cms.curation import featured_now
from cms.models import FeaturedShelf
from cms.pictures import address_of
from producers.states import EnterpriseState

from .marks import state_mark
from .viewsets import OfficeViewSet

NAME = "office_shelf"


class ShelfForm(EditView):
    """Order, products and times; below, why something is not shown now."""

    template_name = "office/shelf.html"

    def get_page_title(self) -> str:
        return _("Featured products")

    def get_page_subtitle(self) -> str:
        return ""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": _("Featured products")}]

    def get_success_url(self) -> str:
        return self.get_edit_url()

    def get_success_buttons(self) -> list[Any]:
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["places"] = places_now(self.object)
        return context


class ShelfViewSet(OfficeViewSet):
    model = FeaturedShelf
    name = NAME
    icon = "pick"
    inspect_view_enabled = False
    doors = ("edit", "history")
    edit_view_class = ShelfForm

    @property
    def url_finder_class(self) -> Any:
        finder = super().url_finder_class
        finder.edit_url_name = self.get_url_name("edit")
        return finder


class ShelfMenuItem(MenuItem):
    """Straight to the one shelf."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Featured products"), "", name="shelf", icon_name="pick", order=105
        )

    def is_shown(self, request: Any) -> bool:
        return request.user.has_perm("cms.change_featuredshelf")

    def render_component(self, request: Any) -> Any:
        shelf = FeaturedShelf.objects.filter(name=FeaturedShelf.HOME).first()
        self.url = (
            reverse(f"{NAME}:edit", args=[shelf.pk]) if shelf else reverse("wagtailadmin_home")
        )
        return super().render_component(request)


def places_now(shelf: FeaturedShelf, *, now: Any = None) -> list[dict[str, Any]]:
    """Each place with its picture and whether buyers see it now, and if not, why."""
    now = now or timezone.now()
    shown = {product.pk for product in featured_now(now)}
    places = shelf.places.select_related("product__enterprise").order_by("sort_order")
    return [
        {
            "product": place.product,
            "picture": _thumbnail(place.product),
            "mark": _mark(place, shown, now),
            "place": place,
        }
        for place in places.prefetch_related("product__pictures__picture")
    ]


def _thumbnail(product: Any) -> str:
    first = next(iter(product.pictures.all()), None)
    return address_of(first, width=320) if first else ""


def _mark(place: Any, shown: set[int], now: Any) -> Any:
    product = place.product
    if place.is_running(now) and product.pk in shown:
        return state_mark("published", _("Shown now"))
    if place.starts_at is not None and place.starts_at > now:
        return state_mark("", _("Not begun"))
    if not place.is_running(now):
        return state_mark("", _("Over"))
    if product.enterprise.state != EnterpriseState.APPROVED:
        return state_mark("suspended", _("Not shown: the group is not open"))
    if not product.is_published:
        return state_mark("blocked", _("Not shown: not on sale"))
    if not (product.ready_pieces or product.takes_orders):
        return state_mark("expiring", _("Not shown: sold out"))
    return state_mark("", _("Not shown: the shelf is full"))
