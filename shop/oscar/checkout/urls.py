"""Addresses of checkout."""

from typing import Any

app_name = "checkout"
urlpatterns: list[Any] = []
