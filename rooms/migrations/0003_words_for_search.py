"""The words of messages for full-text search, and what of them has changed since they were sent."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# With ON DELETE CASCADE: words go with their message, whoever deletes it, and however.
KEYS = [
    (
        "ALTER TABLE room_message_words ADD CONSTRAINT room_message_words_message FOREIGN KEY (message_id)"
        " REFERENCES room_messages (id) ON DELETE CASCADE"
    ),
    (
        "ALTER TABLE room_search_marks ADD CONSTRAINT room_search_marks_conversation"
        " FOREIGN KEY (conversation_id) REFERENCES chat_rooms (id) ON DELETE CASCADE"
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("rooms", "0002_staff_may_look"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RoomMessageWords",
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
                        to="rooms.roommessage",
                    ),
                ),
            ],
            options={
                "db_table": "room_message_words",
            },
        ),
        migrations.CreateModel(
            name="RoomSearchMark",
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
                        to="rooms.chatroom",
                    ),
                ),
            ],
            options={
                "db_table": "room_search_marks",
            },
        ),
        migrations.AddIndex(
            model_name="roommessage",
            index=models.Index(
                condition=models.Q(("version", models.F("created_version")), _negated=True),
                fields=["updated_at"],
                name="room_messages_changed",
            ),
        ),
        migrations.AddIndex(
            model_name="roommessagewords",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["lexemes"], name="room_message_words_gin"
            ),
        ),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),  # they go with their tables
    ]
