"""The app of what people say to one another, and of what they think of the goods."""

from django.apps import AppConfig


class CareConfig(AppConfig):
    name = "shop.care"
    label = "care"
