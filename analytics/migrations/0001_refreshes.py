"""When each materialized view was last added up."""

import chatcore.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Refresh",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=chatcore.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("view", models.CharField(max_length=63, unique=True)),
                ("refreshed_at", models.DateTimeField()),
                ("duration_ms", models.PositiveIntegerField(default=0)),
                ("rows", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "verbose_name_plural": "refreshes",
                "db_table": "analytics_refreshes",
            },
        ),
    ]
