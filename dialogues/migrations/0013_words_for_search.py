"""The words of messages for full-text search, and what of them has changed since they were sent."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models


# With ON DELETE CASCADE: words go with their message, whoever deletes it, and however.
KEYS = [
    (
        "ALTER TABLE dialogue_message_words ADD CONSTRAINT dialogue_message_words_message FOREIGN KEY (message_id)"
        " REFERENCES dialogue_messages (id) ON DELETE CASCADE"
    ),
    (
        "ALTER TABLE dialogue_search_marks ADD CONSTRAINT dialogue_search_marks_conversation"
        " FOREIGN KEY (conversation_id) REFERENCES dialogue_sessions (id) ON DELETE CASCADE"
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("dialogues", "0012_life_event_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name="DialogueMessageWords",
            fields=[
                ("lexemes", django.contrib.postgres.search.SearchVectorField()),
                (
                    "message",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="dialogues.dialoguemessage",
                    ),
                ),
            ],
            options={
                "db_table": "dialogue_message_words",
            },
        ),
        migrations.CreateModel(
            name="DialogueSearchMark",
            fields=[
                ("version", models.BigIntegerField()),
                (
                    "configs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), size=None
                    ),
                ),
                (
                    "conversation",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="dialogues.dialoguesession",
                    ),
                ),
            ],
            options={
                "db_table": "dialogue_search_marks",
            },
        ),
        migrations.AddIndex(
            model_name="dialoguemessage",
            index=models.Index(
                condition=models.Q(("version", models.F("created_version")), _negated=True),
                fields=["updated_at"],
                name="dialogue_messages_changed",
            ),
        ),
        migrations.AddIndex(
            model_name="dialoguemessagewords",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["lexemes"], name="dialogue_message_words_gin"
            ),
        ),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),  # they go with their tables
    ]
