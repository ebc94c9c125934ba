"""Shared by migrations of what a person keeps for themselves: who may, and that staff may look.

As with the other default grants: an operator may take any of them back, and no later migration gives
it again.
"""

from django.contrib.auth.management import create_permissions

KEEPERS = ("members", "agents", "supervisors", "staff")


def kept_by_oneself(prefix, description, tables):
    """The two functions of a RunPython: all of `prefix:*` for everybody with an account, and the
    admin's permissions `tables` for the group "staff"."""

    def give(apps, _schema):
        domain, _ = apps.get_model("chatcore", "PermissionDomain").objects.get_or_create(
            permission_prefix=prefix,
            defaults={"description": description, "actions": ["create", "update", "delete"]},
        )
        groups = apps.get_model("auth", "Group").objects
        for name in KEEPERS:
            group, _ = groups.get_or_create(name=name)
            apps.get_model("chatcore", "PermissionGrant").objects.get_or_create(
                domain=domain, action="*", group=group, user=None
            )
        groups.get(name="staff").permissions.add(*_looks(apps, tables))

    def take(apps, _schema):
        domains = apps.get_model("chatcore", "PermissionDomain").objects
        domains.filter(permission_prefix=prefix).delete()
        for group in apps.get_model("auth", "Group").objects.filter(name="staff"):
            group.permissions.remove(*_looks(apps, tables))

    return give, take


def _looks(apps, tables):
    # Django makes its permissions after the last migration; here they are needed before.
    config = apps.get_app_config("dialogues")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="dialogues", codename__in=tables
    )
