"""Shared by the migrations that make a materialized view: it is filled as it is made."""

from django.utils import timezone


def noting_refresh(view):
    """(forwards, backwards): note that, and when, a view was filled."""

    def note(apps, schema_editor):
        now = timezone.now()
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {view}")  # noqa: S608
            (rows,) = cursor.fetchone()
        apps.get_model("analytics", "Refresh").objects.update_or_create(
            view=view, defaults={"refreshed_at": now, "rows": rows}
        )

    def forget(apps, schema_editor):
        apps.get_model("analytics", "Refresh").objects.filter(view=view).delete()

    return note, forget
