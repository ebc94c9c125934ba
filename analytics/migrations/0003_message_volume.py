"""`message_volume`: messages per day and kind, from both message tables.

What was deleted since was written all the same, and is counted until its row goes.
"""

from django.db import migrations, models

from analytics.migrations._refreshes import noting_refresh

VIEW = """
CREATE MATERIALIZED VIEW message_volume AS
SELECT
    DATE(m.created_at AT TIME ZONE 'UTC') AS date,
    'dialogue'::varchar(8) AS conversation,
    ds.type,
    m.role AS kind,
    ds.book_id,
    ds.character_id,
    COUNT(*) AS message_count
FROM dialogue_messages m JOIN dialogue_sessions ds ON ds.id = m.session_id
GROUP BY 1, ds.type, m.role, ds.book_id, ds.character_id
UNION ALL
SELECT
    DATE(m.created_at AT TIME ZONE 'UTC'),
    'room'::varchar(8),
    r.room_type,
    m.message_type,
    NULL::uuid,
    NULL::uuid,
    COUNT(*)
FROM room_messages m JOIN chat_rooms r ON r.id = m.room_id
GROUP BY 1, r.room_type, m.message_type
"""

# As in 0002: the day first, so that the key sorts by day.
KEY = """(lpad(to_hex(date - DATE '0001-01-01'), 8, '0') || substr(md5(
    conversation || ':' || type || ':' || kind || ':' ||
    coalesce(book_id::text, '') || ':' || coalesce(character_id::text, '')
), 9))::uuid"""

# What Django reads: a key, and the age of the numbers.
BY_DAY = f"""
CREATE VIEW message_volume_by_day AS
SELECT
    {KEY} AS id,
    a.*,
    (SELECT r.refreshed_at FROM analytics_refreshes r WHERE r.view = 'message_volume') AS refreshed_at
FROM message_volume a
"""  # noqa: S608

STATEMENTS = [
    (VIEW, "DROP MATERIALIZED VIEW message_volume"),
    (
        (
            "CREATE UNIQUE INDEX uq_message_volume ON message_volume"
            " (date, conversation, type, kind, book_id, character_id) NULLS NOT DISTINCT"
        ),
        None,
    ),
    # The dashboard with one book chosen; by day alone, the unique index serves.
    ("CREATE INDEX idx_message_volume_book_id ON message_volume(book_id)", None),
    # GET analytics/volume/ and the admin: newest day first, page by page, and one row by its key.
    (f"CREATE INDEX idx_message_volume_key ON message_volume (({KEY}))", None),
    (
        BY_DAY,
        "DROP VIEW message_volume_by_day",
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0002_dialogue_analytics"),
        ("rooms", "0002_staff_may_look"),
    ]

    operations = [
        *(
            migrations.RunSQL(forward, backward or migrations.RunSQL.noop)
            for forward, backward in STATEMENTS
        ),
        migrations.CreateModel(
            name="MessageVolume",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("date", models.DateField(help_text="The day in UTC.")),
                ("refreshed_at", models.DateTimeField(null=True)),
                (
                    "conversation",
                    models.CharField(
                        choices=[("dialogue", "Dialogues"), ("room", "Rooms")], max_length=8
                    ),
                ),
                ("type", models.CharField(max_length=10)),
                ("kind", models.CharField(max_length=9)),
                ("message_count", models.BigIntegerField()),
            ],
            options={
                "verbose_name_plural": "message volume",
                "db_table": "message_volume_by_day",
                "managed": False,
            },
        ),
        # The view is made full.
        migrations.RunPython(*noting_refresh("message_volume")),
    ]
