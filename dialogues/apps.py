"""The dialogues app."""

from django.apps import AppConfig


class DialoguesConfig(AppConfig):
    """Wires what the app registers with the kernel."""

    name = "dialogues"
    default_auto_field = "django.db.models.BigAutoField"
