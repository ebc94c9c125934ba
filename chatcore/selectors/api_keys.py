"""Keys: an account's own, and whose a secret is."""

import hashlib
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from chatcore.errors import NotFound
from chatcore.models import ApiKey, User

KEY_PREFIX = "ck_"


def secret_hash(secret: str) -> str:
    """What is kept of a secret: it has more chance in it than could be guessed, so one round does."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keys_of(user: User) -> QuerySet[ApiKey]:
    """An account's keys, revoked ones too, newest first."""
    return ApiKey.objects.filter(user=user).order_by("-id")


def key_for(user: User, key_id: UUID) -> ApiKey:
    """One of the user's own keys. Raises NotFound."""
    found = keys_of(user).filter(pk=key_id).first()
    if found is None:
        raise NotFound("There is no such key.")
    return found


def living_keys(user: User) -> int:
    return _living().filter(user=user).count()


def key_of_secret(secret: str) -> ApiKey | None:
    """The key behind a secret with its account, if both are good at this moment; one query."""
    if not secret.startswith(KEY_PREFIX):
        return None
    return (
        _living()
        .select_related("user")
        .filter(
            secret_sha256=secret_hash(secret),
            user__account_status="active",
            user__deleted_at__isnull=True,
        )
        .first()
    )


def _living() -> QuerySet[ApiKey]:
    not_run_out = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
    return ApiKey.objects.filter(not_run_out, revoked_at__isnull=True)
