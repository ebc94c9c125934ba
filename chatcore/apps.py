"""The chatcore app."""

from django.apps import AppConfig


class ChatcoreConfig(AppConfig):
    """Wires what the app registers with the kernel."""

    name = "chatcore"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Here: checks look at models, which are not there when this module is imported.
        from chatcore import checks  # noqa: F401
        from chatcore.places import Place, register_place

        register_place(Place("search", "Search", order=5))
        register_place(
            Place(
                "api_keys",
                "API keys",
                order=80,
                where="sheet",
                allowed=lambda user: user.can("account:key:create"),
            )
        )
