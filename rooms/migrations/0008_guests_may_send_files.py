"""Guests may send files: whoever asks for help has a picture of what is wrong. An operator may take it
back, and no later migration gives it again."""

from django.db import migrations


def give(apps, _schema):
    grant = apps.get_model("chatcore", "PermissionGrant").objects
    domain = apps.get_model("chatcore", "PermissionDomain").objects.get(
        permission_prefix="chat:file"
    )
    guests, _ = apps.get_model("auth", "Group").objects.get_or_create(name="guests")
    grant.get_or_create(domain=domain, action="upload", group=guests, user=None)


def take(apps, _schema):
    apps.get_model("chatcore", "PermissionGrant").objects.filter(
        domain__permission_prefix="chat:file", action="upload", group__name="guests"
    ).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("rooms", "0007_staff_may_look_at_files"),
        ("chatcore", "0002_permissions"),
    ]

    operations = [migrations.RunPython(give, take)]
