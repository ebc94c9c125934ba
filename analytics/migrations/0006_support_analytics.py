"""`support_analytics`: the escalations of each day, level and priority, and how they went.

By the day they were made on. An escalation that was handed up counts at both levels, at each with its own
times; a rating counts where the conversation ended.
"""

from django.db import migrations, models

from analytics.migrations._refreshes import noting_refresh
from chatcore.migrations._staff import may_look

VIEW = """
CREATE MATERIALIZED VIEW support_analytics AS
SELECT
    DATE(e.created_at AT TIME ZONE 'UTC') AS date,
    e.to_level AS level,
    e.priority,
    COUNT(*) AS created_count,
    COUNT(*) FILTER (WHERE e.resolution = 'solved') AS resolved_count,
    COUNT(*) FILTER (WHERE e.resolution = 'escalated') AS escalated_count,
    COUNT(*) FILTER (WHERE e.status = 'cancelled') AS cancelled_count,
    COUNT(*) FILTER (WHERE c.breached) AS breached_count,
    SUM(e.declined_count)::bigint AS declined_count,
    SUM(e.reopened_count)::bigint AS reopened_count,
    ROUND(AVG(EXTRACT(EPOCH FROM e.first_response_at - e.created_at)), 2)
        AS avg_first_response_seconds,
    ROUND((PERCENTILE_CONT(0.5) WITHIN GROUP (
        ORDER BY EXTRACT(EPOCH FROM e.first_response_at - e.created_at)
    ))::numeric, 2) AS median_first_response_seconds,
    ROUND(AVG(EXTRACT(EPOCH FROM e.resolved_at - e.created_at))
        FILTER (WHERE e.resolution = 'solved'), 2) AS avg_resolution_seconds,
    ROUND((PERCENTILE_CONT(0.5) WITHIN GROUP (
        ORDER BY EXTRACT(EPOCH FROM e.resolved_at - e.created_at)
    ) FILTER (WHERE e.resolution = 'solved'))::numeric, 2) AS median_resolution_seconds,
    COALESCE(SUM(r.rated), 0)::bigint AS csat_count,
    ROUND(SUM(r.ratings)::numeric / NULLIF(SUM(r.rated), 0), 2) AS csat_avg
FROM escalations e
LEFT JOIN (
    SELECT escalation_id, bool_or(breached_at IS NOT NULL) AS breached
    FROM sla_clocks GROUP BY escalation_id
) c ON c.escalation_id = e.id
LEFT JOIN (
    SELECT escalation_id, SUM(rating) AS ratings, COUNT(rating) AS rated
    FROM room_conclusions GROUP BY escalation_id
) r ON r.escalation_id = e.id
GROUP BY 1, e.to_level, e.priority
"""

# As in 0002: the day first, so that the key sorts by day.
KEY = """(lpad(to_hex(date - DATE '0001-01-01'), 8, '0') || substr(md5(
    level || ':' || priority::text
), 9))::uuid"""

BY_DAY = f"""
CREATE VIEW support_analytics_by_day AS
SELECT
    {KEY} AS id,
    a.*,
    (SELECT r.refreshed_at FROM analytics_refreshes r WHERE r.view = 'support_analytics')
        AS refreshed_at
FROM support_analytics a
"""  # noqa: S608

STATEMENTS = [
    (VIEW, "DROP MATERIALIZED VIEW support_analytics"),
    (
        "CREATE UNIQUE INDEX uq_support_analytics ON support_analytics (date, level, priority)",
        None,
    ),
    # GET analytics/support/ and the admin: newest day first, page by page, and one row by its key.
    (f"CREATE INDEX idx_support_analytics_key ON support_analytics (({KEY}))", None),
    (BY_DAY, "DROP VIEW support_analytics_by_day"),
]
COUNTS = ("created", "resolved", "escalated", "cancelled", "breached", "declined", "reopened")
TIMES = ("first_response", "resolution")


class Migration(migrations.Migration):
    dependencies = [("analytics", "0005_staff_may_look"), ("rooms", "0005_escalation_rights")]

    operations = [
        *(
            migrations.RunSQL(forward, backward or migrations.RunSQL.noop)
            for forward, backward in STATEMENTS
        ),
        migrations.CreateModel(
            name="SupportAnalytics",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("date", models.DateField(help_text="The day in UTC.")),
                ("refreshed_at", models.DateTimeField(null=True)),
                ("level", models.CharField(max_length=8)),
                ("priority", models.PositiveSmallIntegerField()),
                *((f"{name}_count", models.BigIntegerField()) for name in COUNTS),
                *(
                    (
                        f"{how}_{time}_seconds",
                        models.DecimalField(decimal_places=2, max_digits=14, null=True),
                    )
                    for time in TIMES
                    for how in ("avg", "median")
                ),
                ("csat_count", models.BigIntegerField()),
                ("csat_avg", models.DecimalField(decimal_places=2, max_digits=3, null=True)),
            ],
            options={
                "verbose_name_plural": "support analytics",
                "db_table": "support_analytics_by_day",
                "managed": False,
            },
        ),
        migrations.RunPython(*may_look("analytics")),
        # The view is made full.
        migrations.RunPython(*noting_refresh("support_analytics")),
    ]
