"""Seed 001's statistics as counters, and the companion's conversation that nothing ends.

Add, fill, tighten: the messages that are there are counted once.
"""

from django.db import migrations, models

COUNT = """
UPDATE dialogue_sessions s SET human_messages = x.human, ai_messages = x.ai
FROM (
  SELECT session_id, count(*) FILTER (WHERE role = 'user') AS human,
    count(*) FILTER (WHERE role = 'assistant') AS ai
  FROM dialogue_messages GROUP BY session_id
) x WHERE x.session_id = s.id"""
REOPEN = """
UPDATE dialogue_sessions SET status = 'active', ended_at = NULL, deleted_at = NULL
WHERE type = 'companion' AND (status <> 'active' OR deleted_at IS NOT NULL)"""


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0010_life_events")]

    operations = [
        migrations.AddField(
            model_name="dialoguesession",
            name="ai_messages",
            field=models.IntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="dialoguesession",
            name="human_messages",
            field=models.IntegerField(default=0, editable=False),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
        migrations.RunSQL(REOPEN, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="dialoguesession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("type", "companion"), _negated=True),
                    models.Q(("deleted_at__isnull", True), ("status", "active")),
                    _connector="OR",
                ),
                name="dialogue_sessions_companion_stays",
            ),
        ),
    ]
