from django.apps import AppConfig


class ProductionConfig(AppConfig):
    name = "shop.production"
    label = "production"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Production"
