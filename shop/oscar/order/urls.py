"""Addresses of order."""

from typing import Any

app_name = "order"
urlpatterns: list[Any] = []
