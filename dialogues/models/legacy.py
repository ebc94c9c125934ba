"""What was brought along from a system before this one, so that nothing comes twice."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class LegacyKind(models.TextChoices):
    ACCOUNT = "account"
    DIALOGUE = "dialogue"
    MESSAGE = "message"
    TASK = "task"
    MEMORY = "memory"


class LegacyImport(models.Model):
    """One record of a source and what became of it here.

    Written in the transaction that stores the record itself: a run that was killed goes on where the
    last commit stands, and a second run finds everything done. It outlives a dialogue that its person
    deleted here, so that no later run brings it back, and goes with the person.
    """

    pk = models.CompositePrimaryKey("source", "kind", "legacy_key")
    # The name that the operator gave the source; serial numbers are unique only within one.
    source = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, choices=LegacyKind.choices)
    legacy_key = models.CharField(max_length=300)
    # Of the record as it came: the same key with another one is not taken for the same record.
    fingerprint = models.UUIDField()
    # No foreign key: see above. A message in several parts has the first one's.
    object_id = models.UUIDField()
    # The index finds what goes with a person.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    imported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "legacy_imports"
        constraints = [
            models.CheckConstraint(
                name="legacy_imports_kind", condition=Q(kind__in=LegacyKind.values)
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.legacy_key}"
