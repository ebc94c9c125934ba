"""Members may moderate the rooms that they make, and staff may look at supervision in the admin.

As with the other default grants: an operator may take any of them back, and no later migration gives
it again.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

TABLES = ("view_roomsupervision", "view_roomsupervisionhistory")


def give(apps, _schema):
    domain = apps.get_model("chatcore", "PermissionDomain").objects.get(
        permission_prefix="chat:room"
    )
    groups = apps.get_model("auth", "Group").objects
    members, _ = groups.get_or_create(name="members")
    apps.get_model("chatcore", "PermissionGrant").objects.get_or_create(
        domain=domain, action="moderate", group=members, user=None
    )
    staff, _ = groups.get_or_create(name="staff")
    staff.permissions.add(*_looks(apps))


def take(apps, _schema):
    apps.get_model("chatcore", "PermissionGrant").objects.filter(
        domain__permission_prefix="chat:room", action="moderate", group__name="members"
    ).delete()
    for group in apps.get_model("auth", "Group").objects.filter(name="staff"):
        group.permissions.remove(*_looks(apps))


def _looks(apps):
    # Django makes its permissions after the last migration; here they are needed before.
    config = apps.get_app_config("rooms")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="rooms", codename__in=TABLES
    )


class Migration(migrations.Migration):
    dependencies = [
        ("rooms", "0009_audience_and_supervision"),
        ("chatcore", "0009_staff_readings"),
    ]

    operations = [migrations.RunPython(give, take)]
