"""Who may have webhooks told of what happens in rooms: staff, who may look at their tables, too.

As with the other default grants: an operator may take any of them back, and no later migration gives
it again.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

PREFIX = "chat:webhook"
RIGHTS = (
    "view_webhookendpoint",
    "view_webhookendpointhistory",
    "view_webhookdelivery",
    "change_webhookdelivery",
    "view_webhookattempt",
)


def give(apps, _schema):
    domain, _ = apps.get_model("chatcore", "PermissionDomain").objects.get_or_create(
        permission_prefix=PREFIX,
        defaults={"description": "Webhooks for what happens in rooms", "actions": ["manage"]},
    )
    staff, _ = apps.get_model("auth", "Group").objects.get_or_create(name="staff")
    apps.get_model("chatcore", "PermissionGrant").objects.get_or_create(
        domain=domain, action="manage", group=staff, user=None
    )
    staff.permissions.add(*_rights(apps))


def take(apps, _schema):
    apps.get_model("chatcore", "PermissionGrant").objects.filter(
        domain__permission_prefix=PREFIX
    ).delete()
    apps.get_model("chatcore", "PermissionDomain").objects.filter(permission_prefix=PREFIX).delete()
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
    dependencies = [("rooms", "0015_webhooks"), ("chatcore", "0009_staff_readings")]

    operations = [migrations.RunPython(give, take)]
