"""The account's addresses."""

from django.urls import path

from . import views

app_name = "customer"
urlpatterns = [
    path("", views.summary, name="summary"),
    path("sign-in/", views.sign_in, name="login"),
    path("sign-out/", views.sign_out, name="logout"),
    path("sign-up/", views.sign_up, name="sign_up"),
    path("sign-up/code/", views.sign_up_code, name="sign_up_code"),
    path("new-password/", views.reset, name="reset"),
    path("new-password/code/", views.reset_code, name="reset_code"),
    path("orders/", views.orders, name="orders"),
    path("addresses/", views.addresses, name="addresses"),
    path("addresses/new/", views.address, name="address_new"),
    path("addresses/<int:address_id>/", views.address, name="address"),
    path("addresses/<int:address_id>/remove/", views.remove_address, name="address_remove"),
    path("addresses/<int:address_id>/first/", views.use_first, name="address_first"),
    path("profile/", views.profile, name="profile"),
    path("profile/newsletter/", views.newsletter, name="newsletter"),
    path("profile/contact/", views.contact, name="contact"),
    path("profile/contact/code/", views.contact_code, name="contact_code"),
    path("profile/password/", views.password, name="password"),
    path("profile/my-data/", views.own_data, name="own_data"),
]
