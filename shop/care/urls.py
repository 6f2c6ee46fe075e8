"""Addresses of talks and reviews: in the account, and by an order's signed link."""

from django.urls import path

from .views import reviews, talks

app_name = "care"
urlpatterns = [
    path("messages/", talks.talks, name="talks"),
    path("messages/<int:talk_id>/", talks.talk, name="talk"),
    path("messages/<int:talk_id>/problem/", talks.problem, name="problem"),
    path("messages/about/<slug:slug>/", talks.ask, name="ask"),
    path("messages/request/<int:request_id>/", talks.request_talk, name="request_talk"),
    path("messages/photos/<int:photo_id>/", talks.photo, name="photo"),
    path("messages/photos/new/<uuid:draft>/<int:photo_id>/", talks.draft_photo, name="draft_photo"),
    path(
        "messages/order/<str:number>/<str:token>/<int:part_id>/", talks.part_talk, name="part_talk"
    ),
    path(
        "messages/order/<str:number>/<str:token>/<int:part_id>/problem/",
        talks.part_problem,
        name="part_problem",
    ),
    path(
        "messages/order/<str:number>/<str:token>/<int:part_id>/photos/<int:photo_id>/",
        talks.part_photo,
        name="part_photo",
    ),
    path("reviews/<str:number>/<str:token>/<int:line_id>/", reviews.review, name="review"),
]
