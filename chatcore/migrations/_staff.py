"""Shared by the migrations that let staff look at an app's tables in the admin.

As with the other default grants: an operator may take any of them back, and no later migration gives
it again.
"""

from django.contrib.auth.management import create_permissions


def may_look(*labels):
    """(forwards, backwards): the group "staff" gets, or loses, the view rights of these apps."""
    return _both(labels, codename__startswith="view_")


def may_look_at(label, *models):
    """The same for these models of one app alone."""
    return _both([label], codename__in=[f"view_{model}" for model in models])


def _both(labels, **which):
    def give(apps, schema_editor):
        for label in labels:
            # Django makes its permissions after the last migration; here they are needed before.
            config = apps.get_app_config(label)
            config.models_module = True
            create_permissions(config, apps=apps, verbosity=0)
            config.models_module = None
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="staff")
        group.permissions.add(*_rights(apps, labels, which))

    def take(apps, schema_editor):
        for group in apps.get_model("auth", "Group").objects.filter(name="staff"):
            group.permissions.remove(*_rights(apps, labels, which))

    return give, take


def _rights(apps, labels, which):
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label__in=labels, **which
    )
