"""The group "staff" may look at the new tables, keep the templates and work off the reviews."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = [
    *("view_dialoguetemplate", "add_dialoguetemplate", "change_dialoguetemplate"),
    *("delete_dialoguetemplate", "view_dialoguetemplatehistory"),
    *("view_saveddialogue", "view_saveddialoguehistory"),
    *("view_messagefeedback", "change_messagefeedback", "view_messagefeedbackhistory"),
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
        ("dialogues", "0004_templates_saved_feedback"),
        ("chatcore", "0004_staff_may_look"),
    ]

    operations = [migrations.RunPython(give, take)]
