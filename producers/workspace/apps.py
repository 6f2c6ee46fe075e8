from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "producers.workspace"
    label = "workspace"
    default_auto_field = "django.db.models.BigAutoField"
