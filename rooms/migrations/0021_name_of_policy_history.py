"""The history of policy versions is called so."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("rooms", "0020_order_of_webhooks"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="slapolicyversionhistory",
            options={"verbose_name_plural": "SLA policy version history"},
        ),
    ]
