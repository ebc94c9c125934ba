"""Make, revoke and use keys."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chatcore.errors import Conflict, Invalid
from chatcore.models import ApiKey, KeyScope, User
from chatcore.models.api_keys import PREFIX_LENGTH
from chatcore.selectors.api_keys import KEY_PREFIX, living_keys, secret_hash
from chatcore.selectors.permissions import require

MOST_KEYS = 20
MAKE_KEY = "account:key:create"
# The time of the last use is told to the minute: a row that is written with every request is slow.
_USE_NOTED = timedelta(minutes=1)


class TooManyKeys(Conflict):
    code = "too_many_keys"
    title = "Revoke a key that you do not use first"


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key and its secret, which nobody can be shown again."""

    key: ApiKey
    secret: str


@transaction.atomic
def create_key(
    user: User, *, name: str, scope: str = KeyScope.ANSWERS, expires_at: datetime | None = None
) -> MadeKey:
    """A new key of one's own. Raises Forbidden without `account:key:create`, Invalid, TooManyKeys."""
    require(user, MAKE_KEY)
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid(errors={"expires_at": ["Give a time to come."]})
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # or two at once make one too many
    if living_keys(user) >= MOST_KEYS:
        raise TooManyKeys
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        user=user,
        name=name,
        scope=scope,
        expires_at=expires_at,
        prefix=secret[:PREFIX_LENGTH],
        secret_sha256=secret_hash(secret),
    )
    return MadeKey(key, secret)


def revoke_key(key: ApiKey) -> None:
    """From this moment it opens nothing; it stays on the list. Twice is as good as once."""
    ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())


def note_use(key: ApiKey) -> None:
    """Remember when a key was last used."""
    now = timezone.now()
    if key.last_used_at is not None and key.last_used_at > now - _USE_NOTED:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - _USE_NOTED)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
