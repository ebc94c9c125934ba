"""The rooms app."""

from django.apps import AppConfig


class RoomsConfig(AppConfig):
    """Wires what the app registers with the kernel."""

    name = "rooms"
    default_auto_field = "django.db.models.BigAutoField"
