"""The basket's addresses."""

from django.urls import path

from . import views

app_name = "basket"
urlpatterns = [
    path("", views.summary, name="summary"),
    path("add/", views.add, name="add"),
    path("province/", views.province, name="province"),
    path("photos/", views.photos, name="photos"),
    path("photos/<uuid:token>/", views.photo, name="photo"),
    path("prices/", views.accept_prices, name="accept_prices"),
    path("<int:line_id>/", views.update, name="update"),
    path("<int:line_id>/answers/", views.answers, name="answers"),
    path("<int:line_id>/remove/", views.remove, name="remove"),
]
