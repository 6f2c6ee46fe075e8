"""Addresses of customer."""

from typing import Any

app_name = "customer"
urlpatterns: list[Any] = []
