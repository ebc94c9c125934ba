"""Why staff looked stands beside each look."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chatcore", "0011_history_of_memberships"),
    ]

    operations = [
        migrations.AddField(
            model_name="staffreading",
            name="reason",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
    ]
