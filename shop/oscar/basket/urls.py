"""Addresses of basket."""

from typing import Any

app_name = "basket"
urlpatterns: list[Any] = []
