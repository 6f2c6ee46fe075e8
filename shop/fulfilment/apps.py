from django.apps import AppConfig


class FulfilmentConfig(AppConfig):
    name = "shop.fulfilment"
    label = "fulfilment"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Fulfilment"
