"""The provider's addresses; outside the languages."""

from django.urls import path

from . import views

app_name = "payments"
urlpatterns = [path("webhook/", views.webhook, name="webhook")]
