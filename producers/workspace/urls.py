"""Addresses of workspace."""

from typing import Any

app_name = "workspace"
urlpatterns: list[Any] = []
