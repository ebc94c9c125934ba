"""Seed 000, part 8: the materialized view `dialogue_analytics`, column for column.

Where the seed's words could not stand:
- its DECIMAL(5,2) fails from 1,000 messages per dialogue on, and DECIMAL(8,2) from a million tokens or
  from 694 days between beginning and end: one such group, and no refresh would ever succeed again.
  Those three are DECIMAL(12,2), which holds whatever their columns can; DECIMAL(10,4) and (2,1) stay;
- its timestamps have no time zone, ours do: the day is that of UTC, whoever refreshes.
"""

from django.db import migrations, models

from analytics.migrations._refreshes import noting_refresh

VIEW = """
CREATE MATERIALIZED VIEW dialogue_analytics AS
SELECT
    ds.book_id,
    ds.character_id,
    ds.type,
    DATE(ds.created_at AT TIME ZONE 'UTC') AS date,
    COUNT(DISTINCT ds.id) AS session_count,
    COUNT(DISTINCT ds.user_id) AS unique_users,
    AVG(ds.message_count)::DECIMAL(12,2) AS avg_messages_per_session,
    AVG(ds.total_tokens_used)::DECIMAL(12,2) AS avg_tokens_per_session,
    SUM(ds.total_cost)::DECIMAL(10,4) AS total_cost,
    AVG(ds.user_rating)::DECIMAL(2,1) AS avg_rating,
    COUNT(CASE WHEN ds.status = 'ended' THEN 1 END) AS completed_sessions,
    AVG(EXTRACT(EPOCH FROM (ds.ended_at - ds.created_at))/60)::DECIMAL(12,2)
        AS avg_session_duration_minutes
FROM dialogue_sessions ds
GROUP BY ds.book_id, ds.character_id, ds.type, DATE(ds.created_at AT TIME ZONE 'UTC')
"""

# The day first, in hex, so that the key sorts by day; the rest of the group hashed behind it.
KEY = """(lpad(to_hex(date - DATE '0001-01-01'), 8, '0') || substr(md5(
    coalesce(book_id::text, '') || ':' || coalesce(character_id::text, '') || ':' || type
), 9))::uuid"""

# What Django reads: a key, and the age of the numbers.
BY_DAY = f"""
CREATE VIEW dialogue_analytics_by_day AS
SELECT
    {KEY} AS id,
    a.*,
    (SELECT r.refreshed_at FROM analytics_refreshes r WHERE r.view = 'dialogue_analytics') AS refreshed_at
FROM dialogue_analytics a
"""  # noqa: S608

STATEMENTS = [
    (VIEW, "DROP MATERIALIZED VIEW dialogue_analytics"),
    # What REFRESH … CONCURRENTLY tells rows apart by. Book and character may be null, and null is a
    # group of its own.
    (
        (
            "CREATE UNIQUE INDEX uq_dialogue_analytics ON dialogue_analytics"
            " (book_id, character_id, type, date) NULLS NOT DISTINCT"
        ),
        None,
    ),
    # The seed's four.
    ("CREATE INDEX idx_dialogue_analytics_book_id ON dialogue_analytics(book_id)", None),
    ("CREATE INDEX idx_dialogue_analytics_character_id ON dialogue_analytics(character_id)", None),
    ("CREATE INDEX idx_dialogue_analytics_date ON dialogue_analytics(date DESC)", None),
    ("CREATE INDEX idx_dialogue_analytics_type ON dialogue_analytics(type)", None),
    # GET analytics/dialogues/ and the admin: newest day first, page by page, and one row by its key.
    (f"CREATE INDEX idx_dialogue_analytics_key ON dialogue_analytics (({KEY}))", None),
    (
        BY_DAY,
        "DROP VIEW dialogue_analytics_by_day",
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0001_refreshes"),
        ("dialogues", "0003_books_without_double_indexes"),
    ]

    operations = [
        *(
            migrations.RunSQL(forward, backward or migrations.RunSQL.noop)
            for forward, backward in STATEMENTS
        ),
        migrations.CreateModel(
            name="DialogueAnalytics",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("date", models.DateField(help_text="The day in UTC.")),
                ("refreshed_at", models.DateTimeField(null=True)),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("book", "Book"),
                            ("character", "Character"),
                            ("assistant", "Assistant"),
                            ("companion", "Companion"),
                        ],
                        max_length=10,
                    ),
                ),
                ("session_count", models.BigIntegerField()),
                ("unique_users", models.BigIntegerField()),
                ("avg_messages_per_session", models.DecimalField(decimal_places=2, max_digits=12)),
                ("avg_tokens_per_session", models.DecimalField(decimal_places=2, max_digits=12)),
                ("total_cost", models.DecimalField(decimal_places=4, max_digits=10)),
                ("avg_rating", models.DecimalField(decimal_places=1, max_digits=2, null=True)),
                ("completed_sessions", models.BigIntegerField()),
                (
                    "avg_session_duration_minutes",
                    models.DecimalField(decimal_places=2, max_digits=12, null=True),
                ),
            ],
            options={
                "verbose_name_plural": "dialogue analytics",
                "db_table": "dialogue_analytics_by_day",
                "managed": False,
            },
        ),
        # The view is made full.
        migrations.RunPython(*noting_refresh("dialogue_analytics")),
    ]
