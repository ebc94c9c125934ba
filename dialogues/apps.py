"""The dialogues app."""

from django.apps import AppConfig


class DialoguesConfig(AppConfig):
    """Wires what the app registers with the kernel."""

    name = "dialogues"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chatcore.shelves import register_shelf
        from dialogues.shelf import dialogue_shelf

        register_shelf("dialogues", dialogue_shelf, order=10)
