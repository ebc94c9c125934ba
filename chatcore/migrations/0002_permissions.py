"""Fill the permission domains, the built-in groups and what each group may do by default.

Default grants are a beginning: an operator may take any of them back, and no later migration gives
it again.
"""

from django.db import migrations

DOMAINS = {
    # Of seed 003.
    "chat:room": (
        "Chat room management",
        "create view join update delete invite moderate conclude",
    ),
    "chat:message": ("Message sending and viewing", "send view edit delete note"),
    "chat:robot": ("Robot interaction", "use view manage"),
    "chat:file": ("File upload and sharing", "upload view delete"),
    "chat:escalation": (
        "Escalation management",
        "create view assign accept start resolve cancel escalate",
    ),
    "supervisor:chat": ("Supervisor monitoring", "observe join reassign"),
    # Of dialogues.
    "dialogue:session": ("Dialogues with an AI", "create view share export observe"),
    "dialogue:message": ("Messages in one's dialogues", "send regenerate feedback"),
    "dialogue:book": ("The shelf of books", "view import update delete"),
    "dialogue:template": ("Templates for dialogues", "use create publish"),
    # Of the kernel.
    "account:directory": ("Finding people", "search"),
    "account:permission": ("Permissions themselves", "explain grant"),
    "account:user": ("Other people's accounts", "view suspend"),
    "account:job": ("Other people's jobs", "view"),
    "analytics:report": ("Dashboards and reports", "view export"),
}
GRANTS = {
    "guests": """
        chat:room:view chat:room:join chat:message:send chat:message:view chat:file:view
        chat:escalation:create dialogue:book:view
    """,
    "members": """
        chat:room:create chat:room:view chat:room:join chat:room:update chat:room:delete
        chat:room:invite chat:room:conclude chat:message:send chat:message:view chat:message:edit
        chat:message:delete chat:robot:use chat:robot:view chat:file:upload chat:file:view
        chat:file:delete chat:escalation:create dialogue:session:create dialogue:session:view
        dialogue:session:share dialogue:session:export dialogue:message:* dialogue:book:view
        dialogue:template:use dialogue:template:create account:directory:search
    """,
    "agents": """
        chat:room:* chat:message:* chat:robot:use chat:robot:view chat:file:*
        chat:escalation:create chat:escalation:view chat:escalation:accept chat:escalation:start
        chat:escalation:resolve chat:escalation:escalate dialogue:session:create
        dialogue:session:view dialogue:session:share dialogue:session:export dialogue:message:*
        dialogue:book:view dialogue:template:use dialogue:template:create account:directory:search
    """,
    "supervisors": """
        chat:room:* chat:message:* chat:robot:use chat:robot:view chat:file:* chat:escalation:*
        supervisor:chat:* dialogue:session:create dialogue:session:view dialogue:session:share
        dialogue:session:export dialogue:message:* dialogue:book:view dialogue:template:use
        dialogue:template:create account:directory:search account:permission:explain
        account:user:view analytics:report:*
    """,
    "staff": """
        chat:room:* chat:message:* chat:robot:* chat:file:* chat:escalation:* supervisor:chat:*
        dialogue:session:create dialogue:session:view dialogue:session:share
        dialogue:session:export dialogue:message:* dialogue:book:* dialogue:template:*
        account:directory:search account:permission:explain account:user:* account:job:view
        analytics:report:*
    """,
    "robots": "chat:room:view chat:message:send chat:message:view",
}


def fill(apps, _schema):
    domain = apps.get_model("chatcore", "PermissionDomain")
    grant = apps.get_model("chatcore", "PermissionGrant")
    groups = apps.get_model("auth", "Group")
    domains = {}
    for prefix, (description, actions) in DOMAINS.items():
        domains[prefix], _ = domain.objects.get_or_create(
            permission_prefix=prefix,
            defaults={"description": f"{description} permissions", "actions": actions.split()},
        )
    for name, permissions in GRANTS.items():
        group, _ = groups.objects.get_or_create(name=name)
        for permission in permissions.split():
            prefix, _, action = permission.rpartition(":")
            grant.objects.get_or_create(
                domain=domains[prefix], action=action, group=group, user=None
            )


def empty(apps, _schema):
    apps.get_model("chatcore", "PermissionDomain").objects.filter(
        permission_prefix__in=DOMAINS
    ).delete()
    apps.get_model("auth", "Group").objects.filter(name__in=GRANTS, user__isnull=True).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("chatcore", "0001_tables"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(fill, empty)]
