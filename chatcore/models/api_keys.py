"""Keys for programs: an account's own, good until they are revoked."""

from __future__ import annotations

from datetime import datetime

import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone

from chatcore.ids import uuid7
from chatcore.models.users import User

# A secret's first characters, by which its owner knows it again.
PREFIX_LENGTH = 10


class KeyScope(models.TextChoices):
    """`answers` opens `/v1/` alone; `api` opens `/api/v1/`, too, but never account and keys."""

    ANSWERS = "answers"
    API = "api"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=["last_used_at"])),
    pghistory.UpdateEvent("secret", condition=pghistory.AnyChange("secret_sha256")),
    pghistory.DeleteEvent(),
    model_name="ApiKeyHistory",
    exclude=["secret_sha256", "last_used_at"],
    meta={"db_table": "api_keys_history", "verbose_name_plural": "API key history"},
)
class ApiKey(models.Model):
    """A key. Only its SHA-256 is kept: the table opens nothing, and the secret is shown once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # keys_of(): an account's keys, newest first.
    user = models.ForeignKey(User, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=PREFIX_LENGTH, editable=False)
    # user_of_key(): every request; unique serves it.
    secret_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    scope = models.CharField(max_length=7, choices=KeyScope.choices, default=KeyScope.ANSWERS)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)  # to the minute
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "api_keys"
        verbose_name = "API key"
        constraints = [
            models.CheckConstraint(
                condition=Q(scope__in=KeyScope.values), name="ck_api_keys_scope"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"

    @property
    def is_alive(self) -> bool:
        return self.revoked_at is None and not self.has_run_out(timezone.now())

    def has_run_out(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now
