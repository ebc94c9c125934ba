"""Who may make keys for programs, and that staff may look at the table in the admin.

As with the other default grants: an operator may take any of them back, and no later migration gives
it again.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

PREFIX = "account:key"
KEEPERS = ("members", "agents", "supervisors", "staff")
TABLES = ("view_apikey", "view_apikeyhistory")


def give(apps, _schema):
    domain, _ = apps.get_model("chatcore", "PermissionDomain").objects.get_or_create(
        permission_prefix=PREFIX,
        defaults={"description": "One's keys for programs permissions", "actions": ["create"]},
    )
    groups = apps.get_model("auth", "Group").objects
    for name in KEEPERS:
        group, _ = groups.get_or_create(name=name)
        apps.get_model("chatcore", "PermissionGrant").objects.get_or_create(
            domain=domain, action="create", group=group, user=None
        )
    groups.get(name="staff").permissions.add(*_looks(apps))


def take(apps, _schema):
    apps.get_model("chatcore", "PermissionDomain").objects.filter(permission_prefix=PREFIX).delete()
    for group in apps.get_model("auth", "Group").objects.filter(name="staff"):
        group.permissions.remove(*_looks(apps))


def _looks(apps):
    # Django makes its permissions after the last migration; here they are needed before.
    config = apps.get_app_config("chatcore")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="chatcore", codename__in=TABLES
    )


class Migration(migrations.Migration):
    dependencies = [("chatcore", "0007_api_keys")]

    operations = [migrations.RunPython(give, take)]
