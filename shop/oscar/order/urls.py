"""The order's page, by its owner or by a signed link, and what a buyer can do there."""

from django.urls import path

from . import views

app_name = "order"
urlpatterns = [
    path("find/", views.lookup, name="lookup"),
    path("<str:number>/", views.detail, name="detail"),
    path("<str:number>/<str:token>/", views.signed, name="signed"),
    path("<str:number>/<str:token>/photos/", views.photos, name="photos"),
    path("<str:number>/<str:token>/photos/<uuid:photo>/", views.photo, name="photo"),
    path("<str:number>/<str:token>/<int:part_id>/cancel/", views.cancel_part, name="cancel_part"),
    path(
        "<str:number>/<str:token>/shared/<int:shared_id>/",
        views.shared_sample,
        name="shared_sample",
    ),
    path("<str:number>/<str:token>/<int:part_id>/received/", views.received, name="received"),
    path(
        "<str:number>/<str:token>/<int:part_id>/proof/<int:proof_id>/approve/",
        views.approve_proof,
        name="approve_proof",
    ),
    path(
        "<str:number>/<str:token>/<int:part_id>/proof/<int:proof_id>/change/",
        views.change_proof,
        name="change_proof",
    ),
    path("<str:number>/<str:token>/<int:part_id>/problem/", views.problem, name="problem"),
    path("<str:number>/<str:token>/<int:part_id>/later/", views.answer_delay, name="answer_delay"),
    path("<str:number>/<str:token>/<int:part_id>/change/", views.change, name="change"),
    path(
        "<str:number>/<str:token>/<int:part_id>/change/<int:change_id>/answer/",
        views.answer_change,
        name="answer_change",
    ),
    path(
        "<str:number>/<str:token>/<int:part_id>/change/<int:change_id>/",
        views.pay_change,
        name="pay_change",
    ),
    path(
        "<str:number>/<str:token>/<int:part_id>/change/<int:change_id>/qr.svg",
        views.change_qr,
        name="change_qr",
    ),
    path("<str:number>/<str:token>/<int:part_id>/balance/", views.balance, name="balance"),
    path(
        "<str:number>/<str:token>/<int:part_id>/balance/qr.svg", views.balance_qr, name="balance_qr"
    ),
]
