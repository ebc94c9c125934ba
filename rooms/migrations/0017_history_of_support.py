"""What support goes by keeps a history: calendars, policies, canned responses, macros, and whole profiles."""

import chatcore.ids
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from chatcore.migrations._staff import may_look_at


class Migration(migrations.Migration):
    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("chatcore", "0010_history_of_permissions"),
        ("rooms", "0016_webhook_rights"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BusinessCalendarHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(default=chatcore.ids.uuid7, editable=False, serialize=False),
                ),
                ("name", models.CharField(max_length=100)),
                ("time_zone", models.CharField(default="UTC", max_length=64)),
                ("hours", models.JSONField(blank=True, default=dict)),
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
                        to="rooms.businesscalendar",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "calendar history",
                "db_table": "business_calendars_history",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CalendarHolidayHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(default=chatcore.ids.uuid7, editable=False, serialize=False),
                ),
                ("date", models.DateField()),
                ("name", models.CharField(blank=True, default="", max_length=100)),
                (
                    "calendar",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="rooms.businesscalendar",
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
                        to="rooms.calendarholiday",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "holiday history",
                "db_table": "calendar_holidays_history",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CannedResponseHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(default=chatcore.ids.uuid7, editable=False, serialize=False),
                ),
                ("level", models.CharField(blank=True, max_length=8, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("short_code", models.CharField(max_length=40)),
                ("title", models.CharField(blank=True, default="", max_length=100)),
                ("text", models.TextField(max_length=10000)),
                (
                    "created_by",
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
                    "owner",
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
                        to="rooms.cannedresponse",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "canned response history",
                "db_table": "canned_responses_history",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MacroHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(default=chatcore.ids.uuid7, editable=False, serialize=False),
                ),
                ("level", models.CharField(blank=True, max_length=8, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("name", models.CharField(max_length=100)),
                ("actions", models.JSONField(default=list)),
                (
                    "created_by",
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
                    "owner",
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
                        to="rooms.macro",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "macro history",
                "db_table": "macros_history",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SlaPolicyHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(default=chatcore.ids.uuid7, editable=False, serialize=False),
                ),
                ("name", models.CharField(max_length=100)),
                ("level", models.CharField(blank=True, max_length=8, null=True)),
                ("priority", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("is_active", models.BooleanField(default=True)),
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
                        to="rooms.slapolicy",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "SLA policy history",
                "db_table": "sla_policies_history",
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="businesscalendar",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "business_calendars_history" ("created_at", "hours", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone") VALUES (NEW."created_at", NEW."hours", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."time_zone"); RETURN NULL;',
                    hash="9824ec7c7f314105e240671f1b1f884b12c91207",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_915aa",
                    table="business_calendars",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="businesscalendar",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."hours" IS DISTINCT FROM (NEW."hours") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone"))',
                    func='INSERT INTO "business_calendars_history" ("created_at", "hours", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone") VALUES (NEW."created_at", NEW."hours", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."time_zone"); RETURN NULL;',
                    hash="d9351cee16a8692e50d7d8917a1caf1640f19041",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_22674",
                    table="business_calendars",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="businesscalendar",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "business_calendars_history" ("created_at", "hours", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone") VALUES (OLD."created_at", OLD."hours", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."time_zone"); RETURN NULL;',
                    hash="af758ca275b67bd5f6e8ed39acd215a0ca19972e",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_85373",
                    table="business_calendars",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="calendarholiday",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "calendar_holidays_history" ("calendar_id", "date", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."calendar_id", NEW."date", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="81a02d733b5a9e24a478a8607c18d8f09cfd49d5",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_b099d",
                    table="calendar_holidays",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="calendarholiday",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "calendar_holidays_history" ("calendar_id", "date", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."calendar_id", NEW."date", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;',
                    hash="1c2af5656480ea428409fd501a81170c6889f4be",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_5a757",
                    table="calendar_holidays",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="calendarholiday",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "calendar_holidays_history" ("calendar_id", "date", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."calendar_id", OLD."date", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="a3544c3c9163e0b1b7addc80a2717241995e8e45",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_d138d",
                    table="calendar_holidays",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cannedresponse",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "canned_responses_history" ("created_at", "created_by_id", "id", "level", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "short_code", "text", "title") VALUES (NEW."created_at", NEW."created_by_id", NEW."id", NEW."level", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."short_code", NEW."text", NEW."title"); RETURN NULL;',
                    hash="881d6711f71c5975ba99ffbb95744f4a007ee6c7",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_becc8",
                    table="canned_responses",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cannedresponse",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."level" IS DISTINCT FROM (NEW."level") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."short_code" IS DISTINCT FROM (NEW."short_code") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."title" IS DISTINCT FROM (NEW."title"))',
                    func='INSERT INTO "canned_responses_history" ("created_at", "created_by_id", "id", "level", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "short_code", "text", "title") VALUES (NEW."created_at", NEW."created_by_id", NEW."id", NEW."level", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."short_code", NEW."text", NEW."title"); RETURN NULL;',
                    hash="a4de472356358403139d919ca6c4431974fdb7a2",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_fee9e",
                    table="canned_responses",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="cannedresponse",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "canned_responses_history" ("created_at", "created_by_id", "id", "level", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "short_code", "text", "title") VALUES (OLD."created_at", OLD."created_by_id", OLD."id", OLD."level", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."short_code", OLD."text", OLD."title"); RETURN NULL;',
                    hash="dc6deb3cb5d1cc1ecab70b2858606d687090c038",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_6985d",
                    table="canned_responses",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="macro",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "macros_history" ("actions", "created_at", "created_by_id", "id", "level", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."actions", NEW."created_at", NEW."created_by_id", NEW."id", NEW."level", NEW."name", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="3015a7783bafd4d0b8b27907583f3be6e14278dd",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_cd405",
                    table="macros",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="macro",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."actions" IS DISTINCT FROM (NEW."actions") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."level" IS DISTINCT FROM (NEW."level") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id"))',
                    func='INSERT INTO "macros_history" ("actions", "created_at", "created_by_id", "id", "level", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."actions", NEW."created_at", NEW."created_by_id", NEW."id", NEW."level", NEW."name", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;',
                    hash="ce0c893923d85e590782334c83227df9fab36f19",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_afbbc",
                    table="macros",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="macro",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "macros_history" ("actions", "created_at", "created_by_id", "id", "level", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."actions", OLD."created_at", OLD."created_by_id", OLD."id", OLD."level", OLD."name", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="d38b44cd9325391b9c88823c148ccb22e17fa8a5",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a903f",
                    table="macros",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="slapolicy",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "sla_policies_history" ("created_at", "id", "is_active", "level", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority") VALUES (NEW."created_at", NEW."id", NEW."is_active", NEW."level", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."priority"); RETURN NULL;',
                    hash="448f6570bc880a3ac2d80af6c416e7e052dc3953",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_844d6",
                    table="sla_policies",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="slapolicy",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."level" IS DISTINCT FROM (NEW."level") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."priority" IS DISTINCT FROM (NEW."priority"))',
                    func='INSERT INTO "sla_policies_history" ("created_at", "id", "is_active", "level", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority") VALUES (NEW."created_at", NEW."id", NEW."is_active", NEW."level", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."priority"); RETURN NULL;',
                    hash="4b8966a3463f264bf394053f90ff9ed243e4db2f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_04170",
                    table="sla_policies",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="slapolicy",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "sla_policies_history" ("created_at", "id", "is_active", "level", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority") VALUES (OLD."created_at", OLD."id", OLD."is_active", OLD."level", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."priority"); RETURN NULL;',
                    hash="6b90f396d15c4942dd0a3680e17da35bc7edf6e6",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_2a130",
                    table="sla_policies",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="supportprofile",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "support_profiles_history" ("availability", "max_load", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "skills", "user_id") VALUES (NEW."availability", NEW."max_load", _pgh_attach_context(), NOW(), \'insert\', NEW."user_id", NEW."skills", NEW."user_id"); RETURN NULL;',
                    hash="90aa88f16cb4b93c5e2865343497351e8a1fa93e",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a3580",
                    table="support_profiles",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="supportprofile",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "support_profiles_history" ("availability", "max_load", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "skills", "user_id") VALUES (OLD."availability", OLD."max_load", _pgh_attach_context(), NOW(), \'delete\', OLD."user_id", OLD."skills", OLD."user_id"); RETURN NULL;',
                    hash="b239a4f740fda379f4735884ad79feb8a5459b9a",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_dcf3f",
                    table="support_profiles",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="slapolicyversion",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "sla_policy_versions_history" ("breach_action", "calendar_id", "created_at", "created_by_id", "first_response_seconds", "id", "next_response_seconds", "number", "pause_while_waiting", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy_id", "resolution_seconds", "room_mode", "schedule", "warn_percent") VALUES (NEW."breach_action", NEW."calendar_id", NEW."created_at", NEW."created_by_id", NEW."first_response_seconds", NEW."id", NEW."next_response_seconds", NEW."number", NEW."pause_while_waiting", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."policy_id", NEW."resolution_seconds", NEW."room_mode", NEW."schedule", NEW."warn_percent"); RETURN NULL;',
                    hash="c51dfb2d6fd0f02eb501fb5a94f16988f96370de",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f6664",
                    table="sla_policy_versions",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunPython(
            *may_look_at(
                "rooms",
                "businesscalendarhistory",
                "calendarholidayhistory",
                "cannedresponsehistory",
                "macrohistory",
                "slapolicyhistory",
            )
        ),
    ]
