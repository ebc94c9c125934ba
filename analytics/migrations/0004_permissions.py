"""Who may look at the figures: supervisors and staff. An operator may take it back, or give it to others."""

from django.db import migrations

PREFIX = "analytics:dialogue"
GROUPS = ("supervisors", "staff")


def fill(apps, _schema):
    domain, _ = apps.get_model("chatcore", "PermissionDomain").objects.get_or_create(
        permission_prefix=PREFIX,
        defaults={"description": "Figures of dialogues and messages", "actions": ["view"]},
    )
    for name in GROUPS:
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        apps.get_model("chatcore", "PermissionGrant").objects.get_or_create(
            domain=domain, action="view", group=group, user=None
        )


def empty(apps, _schema):
    apps.get_model("chatcore", "PermissionDomain").objects.filter(permission_prefix=PREFIX).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0003_message_volume"),
        ("chatcore", "0004_staff_may_look"),
    ]

    operations = [migrations.RunPython(fill, empty)]
