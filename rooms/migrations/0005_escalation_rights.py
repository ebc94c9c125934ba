"""Who may do what with escalations beyond the first rights, and that staff may look at the tables.

As with the other default grants: an operator may take any of them back, and no later migration gives
it again.
"""

from django.db import migrations

from chatcore.migrations._staff import may_look

NEW_ACTIONS = ("transfer", "snooze")
SUPPORT = "chat:support"
GRANTS = {
    "guests": [("chat:room", "conclude")],
    "agents": [
        ("chat:escalation", "transfer"),
        ("chat:escalation", "snooze"),
        (SUPPORT, "own"),
    ],
    "supervisors": [(SUPPORT, "*")],
    "staff": [(SUPPORT, "*")],
}


def give(apps, _schema):
    domains = apps.get_model("chatcore", "PermissionDomain").objects
    escalation = domains.get(permission_prefix="chat:escalation")
    escalation.actions = [*escalation.actions, *NEW_ACTIONS]
    escalation.save()
    domains.get_or_create(
        permission_prefix=SUPPORT,
        defaults={
            "description": "Canned responses, macros, profiles and policies of support permissions",
            "actions": ["own", "share", "profile", "policy"],
        },
    )
    for name, rights in GRANTS.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        for prefix, action in rights:
            apps.get_model("chatcore", "PermissionGrant").objects.get_or_create(
                domain=domains.get(permission_prefix=prefix), action=action, group=group, user=None
            )


def take(apps, _schema):
    domains = apps.get_model("chatcore", "PermissionDomain").objects
    grants = apps.get_model("chatcore", "PermissionGrant").objects
    for name, rights in GRANTS.items():
        for prefix, action in rights:
            grants.filter(
                domain__permission_prefix=prefix, action=action, group__name=name
            ).delete()
    domains.filter(permission_prefix=SUPPORT).delete()
    escalation = domains.get(permission_prefix="chat:escalation")
    escalation.actions = [each for each in escalation.actions if each not in NEW_ACTIONS]
    escalation.save()


class Migration(migrations.Migration):
    dependencies = [("rooms", "0004_escalations"), ("chatcore", "0005_logins_by_last_use")]

    operations = [
        migrations.RunPython(give, take),
        migrations.RunPython(*may_look("rooms")),
    ]
