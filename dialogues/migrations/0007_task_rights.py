"""Who may keep a list of tasks, and that staff may look at the table in the admin."""

from django.db import migrations

from dialogues.migrations._rights import kept_by_oneself

RIGHTS = kept_by_oneself(
    "dialogue:task",
    "One's list of tasks permissions",
    ("view_task", "view_taskcounter", "view_taskhistory"),
)


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0006_tasks"), ("chatcore", "0005_logins_by_last_use")]

    operations = [migrations.RunPython(*RIGHTS)]
