"""Addresses of the buyer's pages."""

from django.urls import path, register_converter

from catalogue.states import OtopType

from .views import groups, listings, products, requests, waiting

app_name = "shopfront"


class OtopTypeConverter:
    """One of the five OTOP types; anything else is not found."""

    regex = "|".join(OtopType.values)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return str(value)


register_converter(OtopTypeConverter, "otop_type")

urlpatterns = [
    path("search/", listings.search, name="search"),
    path("products/", listings.all_products, name="products"),
    path("products/<slug:slug>/", products.product, name="product"),
    path("types/<otop_type:slug>/", listings.product_type, name="type"),
    path("provinces/", listings.province_list, name="provinces"),
    path("provinces/<slug:slug>/", listings.one_province, name="province"),
    path("groups/", groups.group_list, name="groups"),
    path("groups/<slug:slug>/", listings.group, name="group"),
    path("groups/<slug:slug>/special/", requests.ask, name="request_new"),
    path("requests/", requests.mine, name="requests"),
    path("requests/<int:request_id>/", requests.request_page, name="request"),
    path("requests/photos/<int:photo_id>/", requests.photo, name="request_photo"),
    path("requests/new/<uuid:draft>/<int:photo_id>/", requests.draft_photo, name="request_draft"),
    path("made-for-you/<int:product_id>/", requests.made_for_one, name="made_for_one"),
    path("waiting/", waiting.mine, name="waiting_mine"),
    path("waiting/join/<int:stockrecord_id>/", waiting.join, name="waiting_join"),
    path("waiting/<uuid:reference>/<str:token>/", waiting.entry, name="waiting_entry"),
]
