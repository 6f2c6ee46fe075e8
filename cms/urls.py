"""Addresses of the pages the office writes. Wagtail's own route, last of all, has the others."""

from django.urls import path

from . import views

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("stories/", views.stories, name="stories"),
    path("stories/<slug:slug>/", views.story, name="story"),
    path("about/", views.info, {"key": "about"}, name="about"),
    path("rights/", views.info, {"key": "rights"}, name="rights"),
    path("privacy/", views.info, {"key": "privacy"}, name="privacy"),
    path("seller-identity/", views.info, {"key": "seller-identity"}, name="seller-identity"),
    path("pages/<slug:slug>/", views.other, name="info"),
]
