"""Sign-ins of API clients: one `Login` per sign-in, one chain of refresh tokens under it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from chatcore.ids import uuid7
from chatcore.models.users import User


class Login(models.Model):
    """One sign-in through the API: the family that its tokens belong to.

    Every request looks at this row, so revoking it refuses the access token, the refresh token
    and the open sockets of the sign-in at once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="logins")
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=255, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(auto_now_add=True)  # moved by a refresh, not a request
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        db_table = "logins"
        indexes = [
            # Revoke everything an account holds, when its password changes or it is closed.
            models.Index(
                fields=["user"], condition=Q(revoked_at__isnull=True), name="idx_logins_alive"
            ),
            # The daily sweep of sign-ins that no refresh token can open any more.
            models.Index(fields=["last_used_at"], name="idx_logins_last_used"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} since {self.created_at:%Y-%m-%d %H:%M}"


class RefreshToken(models.Model):
    """One link of a login's chain. Only its SHA-256 is kept: the table opens nothing.

    `used_at` is set when it is exchanged for the next; coming a second time, it was stolen, by
    one side or the other, and the whole login is revoked.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    login = models.ForeignKey(Login, models.CASCADE, related_name="refresh_tokens")
    # The look-up of a refresh; unique serves it.
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "refresh_tokens"

    def __str__(self) -> str:
        return f"refresh token of {self.login_id}"
