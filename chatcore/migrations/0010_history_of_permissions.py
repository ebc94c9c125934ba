"""Permission domains and grants keep a history, at which staff may look; and that a password or the secret
of a key was changed is on record."""

import chatcore.ids
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from chatcore.migrations._staff import may_look_at


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("chatcore", "0009_staff_readings"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="PermissionDomainHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(default=chatcore.ids.uuid7, editable=False, serialize=False),
                ),
                (
                    "permission_prefix",
                    models.CharField(
                        max_length=64,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_-]*:[a-z][a-z0-9_-]*\\Z",
                                "Write it as `domain:function`, in lower case.",
                            )
                        ],
                    ),
                ),
                ("description", models.TextField(blank=True, default="")),
                ("actions", models.JSONField(blank=True, default=list)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="chatcore.permissiondomain",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "permission domain history",
                "db_table": "access_permission_domains_history",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PermissionGrantHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(default=chatcore.ids.uuid7, editable=False, serialize=False),
                ),
                (
                    "action",
                    models.CharField(
                        max_length=64,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^(\\*|[a-z][a-z0-9_-]*)\\Z",
                                "Write one word in lower case, or * for every action.",
                            )
                        ],
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "domain",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="chatcore.permissiondomain",
                    ),
                ),
                (
                    "granted_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="auth.group",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="chatcore.permissiongrant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "permission grant history",
                "db_table": "access_permission_grants_history",
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="permissiondomain",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "access_permission_domains_history" ("actions", "created_at", "description", "id", "permission_prefix", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."actions", NEW."created_at", NEW."description", NEW."id", NEW."permission_prefix", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="b984a8e598ba176189cdc069944bc3501208e6d8",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_e89db",
                    table="access_permission_domains",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="permissiondomain",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."actions" IS DISTINCT FROM (NEW."actions") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."permission_prefix" IS DISTINCT FROM (NEW."permission_prefix"))',
                    func='INSERT INTO "access_permission_domains_history" ("actions", "created_at", "description", "id", "permission_prefix", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."actions", NEW."created_at", NEW."description", NEW."id", NEW."permission_prefix", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;',
                    hash="a5d77bfcfaf6f2ef2ab1545f788ff3abf4357ef5",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_fbd27",
                    table="access_permission_domains",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="permissiondomain",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "access_permission_domains_history" ("actions", "created_at", "description", "id", "permission_prefix", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."actions", OLD."created_at", OLD."description", OLD."id", OLD."permission_prefix", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="4724a6c6a972f5ebf707abe5648ed94eee6b03d2",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_0a97e",
                    table="access_permission_domains",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="permissiongrant",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "access_permission_grants_history" ("action", "created_at", "domain_id", "granted_by_id", "group_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."action", NEW."created_at", NEW."domain_id", NEW."granted_by_id", NEW."group_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."user_id"); RETURN NULL;',
                    hash="1f5fbe948472e61fb1704620315fa9341b69976c",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_1a889",
                    table="access_permission_grants",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="permissiongrant",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "access_permission_grants_history" ("action", "created_at", "domain_id", "granted_by_id", "group_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."action", NEW."created_at", NEW."domain_id", NEW."granted_by_id", NEW."group_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."user_id"); RETURN NULL;',
                    hash="a6da4be7262ca3fcafe3399a7a303756afc71d4a",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ec3ff",
                    table="access_permission_grants",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="permissiongrant",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "access_permission_grants_history" ("action", "created_at", "domain_id", "granted_by_id", "group_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (OLD."action", OLD."created_at", OLD."domain_id", OLD."granted_by_id", OLD."group_id", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."user_id"); RETURN NULL;',
                    hash="4f5c3a4b1def74fc45c4bf296fdc50980a1c68a2",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_31f54",
                    table="access_permission_grants",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="apikey",
            trigger=pgtrigger.compiler.Trigger(
                name="secret_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."secret_sha256" IS DISTINCT FROM (NEW."secret_sha256"))',
                    func='INSERT INTO "api_keys_history" ("created_at", "expires_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at", "scope", "user_id") VALUES (NEW."created_at", NEW."expires_at", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'secret\', NEW."id", NEW."prefix", NEW."revoked_at", NEW."scope", NEW."user_id"); RETURN NULL;',
                    hash="c1b52ac111bf3b7a1b7f47262ed113c5b190ca17",
                    operation="UPDATE",
                    pgid="pgtrigger_secret_update_591ef",
                    table="api_keys",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="password_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."password_hash" IS DISTINCT FROM (NEW."password_hash"))',
                    func='INSERT INTO "users_history" ("account_status", "account_type", "avatar_url", "chat_preferences", "created_at", "deleted_at", "display_name", "email", "first_name", "id", "is_email_verified", "is_staff", "is_superuser", "language", "last_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "support_level", "username") VALUES (NEW."account_status", NEW."account_type", NEW."avatar_url", NEW."chat_preferences", NEW."created_at", NEW."deleted_at", NEW."display_name", NEW."email", NEW."first_name", NEW."id", NEW."is_email_verified", NEW."is_staff", NEW."is_superuser", NEW."language", NEW."last_name", _pgh_attach_context(), NOW(), \'password\', NEW."id", NEW."support_level", NEW."username"); RETURN NULL;',
                    hash="931a2843617465c70c70596f8093e20909e7a894",
                    operation="UPDATE",
                    pgid="pgtrigger_password_update_bed6b",
                    table="users",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunPython(
            *may_look_at("chatcore", "permissiondomainhistory", "permissiongranthistory")
        ),
    ]
