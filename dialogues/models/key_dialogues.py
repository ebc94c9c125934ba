"""Which key began or went on with which dialogue, and under which model's name."""

from django.db import models

from chatcore.models import ApiKey
from dialogues.models.sessions import DialogueSession


class KeyDialogue(models.Model):
    """A client of the OpenAI protocol sends its history instead of naming a dialogue: here is where
    its dialogue is looked for."""

    session = models.OneToOneField(
        DialogueSession, models.CASCADE, primary_key=True, related_name="key_dialogue"
    )
    api_key = models.ForeignKey(ApiKey, models.CASCADE, related_name="dialogues", db_index=False)
    # As the client names it: `book:<slug>`, `assistant`.
    model = models.CharField(max_length=300)
    used_at = models.DateTimeField()

    class Meta:
        db_table = "key_dialogues"
        indexes = [
            # recent_dialogues(): the last ones of a key with a model.
            models.Index(fields=["api_key", "model", "-used_at"], name="key_dialogues_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.model} by {self.api_key_id}"
