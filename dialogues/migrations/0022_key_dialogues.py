"""Which key goes on with which dialogue, for clients that send their history."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chatcore", "0008_api_key_rights"),
        ("dialogues", "0021_passage_vectors"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyDialogue",
            fields=[
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="key_dialogue",
                        serialize=False,
                        to="dialogues.dialoguesession",
                    ),
                ),
                ("model", models.CharField(max_length=300)),
                ("used_at", models.DateTimeField()),
                (
                    "api_key",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="dialogues",
                        to="chatcore.apikey",
                    ),
                ),
            ],
            options={
                "db_table": "key_dialogues",
                "indexes": [
                    models.Index(
                        fields=["api_key", "model", "-used_at"], name="key_dialogues_recent"
                    )
                ],
            },
        ),
    ]
