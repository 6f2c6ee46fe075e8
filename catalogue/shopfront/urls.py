"""Addresses of the buyer's pages."""

from django.urls import path, register_converter

from catalogue.states import OtopType

from . import views

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
    path("search/", views.search, name="search"),
    path("products/", views.all_products, name="products"),
    path("products/<slug:slug>/", views.product, name="product"),
    path("types/<otop_type:slug>/", views.product_type, name="type"),
    path("provinces/", views.province_list, name="provinces"),
    path("provinces/<slug:slug>/", views.one_province, name="province"),
    path("groups/", views.group_list, name="groups"),
    path("groups/<slug:slug>/", views.group, name="group"),
]
