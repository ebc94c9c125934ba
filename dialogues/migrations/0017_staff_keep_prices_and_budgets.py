"""The group "staff" may look at the spendings, and keep prices and budgets."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = [
    *("view_modelprice", "add_modelprice", "change_modelprice", "delete_modelprice"),
    *("view_budget", "add_budget", "change_budget", "delete_budget"),
    *("view_spending", "view_modelpricehistory", "view_budgethistory"),
]


def give(apps, schema_editor):
    # Django makes its permissions after the last migration; here they are needed before.
    config = apps.get_app_config("dialogues")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="staff")
    group.permissions.add(*_rights(apps))


def take(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name="staff"):
        group.permissions.remove(*_rights(apps))


def _rights(apps):
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="dialogues", codename__in=RIGHTS
    )


class Migration(migrations.Migration):
    dependencies = [
        ("dialogues", "0016_costs_add_up"),
        ("chatcore", "0004_staff_may_look"),
    ]

    operations = [migrations.RunPython(give, take)]
