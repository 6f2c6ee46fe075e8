from django.apps import AppConfig


class ProducersConfig(AppConfig):
    name = "producers"
    label = "producers"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Producer groups"
