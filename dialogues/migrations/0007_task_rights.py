"""Who may keep a list of tasks, and that staff may look at the table in the admin.

As with the other default grants: an operator may take any of them back, and no later migration gives
it again.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

PREFIX = "dialogue:task"
KEEPERS = ("members", "agents", "supervisors", "staff")
TABLES = ("view_task", "view_taskcounter", "view_taskhistory")


def give(apps, _schema):
    domain, _ = apps.get_model("chatcore", "PermissionDomain").objects.get_or_create(
        permission_prefix=PREFIX,
        defaults={
            "description": "One's list of tasks permissions",
            "actions": ["create", "update", "delete"],
        },
    )
    groups = apps.get_model("auth", "Group").objects
    for name in KEEPERS:
        group, _ = groups.get_or_create(name=name)
        apps.get_model("chatcore", "PermissionGrant").objects.get_or_create(
            domain=domain, action="*", group=group, user=None
        )
    groups.get(name="staff").permissions.add(*_looks(apps))


def take(apps, _schema):
    apps.get_model("chatcore", "PermissionDomain").objects.filter(permission_prefix=PREFIX).delete()
    for group in apps.get_model("auth", "Group").objects.filter(name="staff"):
        group.permissions.remove(*_looks(apps))


def _looks(apps):
    # Django makes its permissions after the last migration; here they are needed before.
    config = apps.get_app_config("dialogues")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="dialogues", codename__in=TABLES
    )


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0006_tasks"), ("chatcore", "0005_logins_by_last_use")]

    operations = [migrations.RunPython(give, take)]
