"""The analytics app."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """Wires what the app registers with the kernel."""

    name = "analytics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # After the models are loaded.
        from analytics import demo  # noqa: F401 - registers itself
        from analytics.selectors.rows import VIEW_PERMISSION
        from chatcore.places import Place, register_place

        register_place(
            Place(
                "analytics",
                "Analytics",
                order=10,
                where="sheet",
                allowed=lambda user: user.can(VIEW_PERMISSION),
            )
        )
