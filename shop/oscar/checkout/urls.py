"""The three steps of the checkout, paying, and the way back from the provider."""

from django.urls import path

from . import views

app_name = "checkout"
urlpatterns = [
    path("", views.start, name="start"),
    path("address/", views.address, name="address"),
    path("address/tambons/", views.tambons, name="tambons"),
    path("delivery/", views.delivery, name="delivery"),
    path("delivery/drop/", views.drop, name="drop"),
    path("review/", views.review, name="review"),
    path("pay/", views.pay, name="pay"),
    path("promptpay/<uuid:reference>/", views.promptpay, name="promptpay"),
    path("promptpay/<uuid:reference>/qr.svg", views.qr_code, name="qr_code"),
    path("cancel/<uuid:reference>/", views.cancel, name="cancel"),
    path("return/<uuid:reference>/", views.back, name="return"),
    path("new-date/<uuid:reference>/<str:token>/", views.new_date, name="new_date"),
]
