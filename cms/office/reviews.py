"""Reviews in the office: read before anybody else can."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column

from cms.pictures import address_of
from shop.care.contact_words import contact_words, kinds_in
from shop.care.forms import kind_words
from shop.care.models import Review
from shop.care.states import ReviewState
from shop.core.templatetags.shop_text import moment

from .groups import linked
from .marks import due_mark
from .queues import REVIEW_DAYS, due_day
from .steps import REVIEWS
from .views.cases import CaseView, Part
from .views.lists import CaseList, case_column, due_column, state_column
from .viewsets import OfficeViewSet

NAME = "office_reviews"
WAITING = (ReviewState.SUBMITTED,)


class ReviewFilter(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=ReviewState.choices)

    class Meta:
        model = Review
        fields = ["state"]


class ReviewList(CaseList):
    turns = (WAITING,)

    def with_facts(self, things: QuerySet[Any]) -> QuerySet[Any]:
        return things.select_related("product", "fulfilment__enterprise")


class ReviewCase(CaseView):
    kind = REVIEWS
    url_name = NAME

    def public_url(self) -> str:
        review = self.object
        shown = review.state == ReviewState.PUBLISHED and review.product.is_published
        return f"{review.product.get_absolute_url()}#reviews" if shown else ""

    def notices(self) -> list[Any]:
        found = kinds_in(contact_words(f"{self.object.text}\n{self.object.shown_name}"))
        return [_("It seems to hold: %s.") % kind_words(kind) for kind in found]

    def parts(self) -> list[Part]:
        review = self.object
        pictures = review.photos.select_related("picture")
        shown = [(address_of(each, width=320), _("Photo")) for each in pictures]
        waiting = review.state in WAITING
        return [
            Part(
                _("The review"),
                facts=[
                    (_("Stars"), f"{review.stars} / 5"),
                    (_("Name shown"), review.shown_name),
                    (_("Product"), linked("office_products", review.product)),
                    (_("Group"), linked("office_groups", review.fulfilment.enterprise)),
                    (_("Order"), linked("office_orders", review.fulfilment.order)),
                    (_("Handed in"), moment(review.submitted_at)),
                    (
                        _("Answer by"),
                        waiting and due_mark(due_day(review.submitted_at, REVIEW_DAYS)),
                    ),
                ],
            ),
            Part(_("Words"), words=review.text, empty=_("None.")),
            Part(_("Photos"), pictures=[each for each in shown if each[0]], empty=_("None.")),
            Part(_("Answer of the group"), words=review.answer, empty=_("None.")),
        ]


class ReviewViewSet(OfficeViewSet):
    model = Review
    name = NAME
    kind = REVIEWS
    icon = "pick"
    menu_label = gettext_lazy("Reviews")
    menu_name = "reviews"
    menu_order = 150
    add_to_admin_menu = True
    index_view_class = ReviewList
    inspect_view_class = ReviewCase
    ordering = ("turn", "submitted_at")
    filterset_class = ReviewFilter
    search_fields = ["text", "shown_name", "product__title", "product__title_en"]
    list_display = [
        case_column(NAME, gettext_lazy("Review")),
        Column("group", label=gettext_lazy("Group"), accessor="fulfilment.enterprise"),
        state_column(gettext_lazy("State")),
        due_column(
            gettext_lazy("Answer by"), days=REVIEW_DAYS, states=WAITING, since="submitted_at"
        ),
    ]
