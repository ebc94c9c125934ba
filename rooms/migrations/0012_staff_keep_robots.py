"""Staff may look at robots and their interactions in the admin, and change robots."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = (
    "view_robot",
    "add_robot",
    "change_robot",
    "view_robothistory",
    "view_robotinteraction",
    "view_robotinteractionhistory",
)


def give(apps, _schema):
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="staff")
    group.permissions.add(*_rights(apps))


def take(apps, _schema):
    for group in apps.get_model("auth", "Group").objects.filter(name="staff"):
        group.permissions.remove(*_rights(apps))


def _rights(apps):
    # Django makes its permissions after the last migration; here they are needed before.
    config = apps.get_app_config("rooms")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="rooms", codename__in=RIGHTS
    )


class Migration(migrations.Migration):
    dependencies = [("rooms", "0011_robots"), ("chatcore", "0009_staff_readings")]

    operations = [migrations.RunPython(give, take)]
