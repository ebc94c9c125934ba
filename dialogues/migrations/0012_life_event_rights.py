"""Who may keep life events, and that staff may look at the table in the admin."""

from django.db import migrations

from dialogues.migrations._rights import kept_by_oneself

RIGHTS = kept_by_oneself(
    "dialogue:event",
    "What happened in one's life, for the companion",
    ("view_lifeevent", "view_lifeeventhistory"),
)


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0011_companion_counters")]

    operations = [migrations.RunPython(*RIGHTS)]
