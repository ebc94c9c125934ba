"""Make webhooks and change them. Their secret is shown once, and stands nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from chatcore.errors import Conflict, Invalid
from chatcore.jobs import enqueue_on_commit
from chatcore.models import User
from chatcore.outbound import checked_url, new_salt, secret_of
from chatcore.selectors.permissions import require
from rooms.models import ChatRoom, DeliveryState, WebhookDelivery, WebhookEndpoint
from rooms.selectors.webhooks import MANAGE
from rooms.services.timeline import DISPATCH

MOST_WEBHOOKS = 50


@dataclass(frozen=True, slots=True)
class MadeWebhook:
    """A webhook and its secret, which nobody can be shown again."""

    webhook: WebhookEndpoint
    secret: str


@transaction.atomic
def create_webhook(
    *, by: User, name: str, url: str, event_types: Sequence[str], room: UUID | None = None
) -> MadeWebhook:
    """From now on it is told. Raises Forbidden without `chat:webhook:manage`, Invalid, Conflict."""
    require(by, MANAGE)
    _refuse_url(url)
    if room and not ChatRoom.objects.filter(pk=room, deleted_at__isnull=True).exists():
        raise Invalid(errors={"room": ["There is no such room."]})
    if WebhookEndpoint.objects.count() >= MOST_WEBHOOKS:
        raise Conflict(f"There are {MOST_WEBHOOKS} webhooks already.", code="too_many_webhooks")
    webhook = WebhookEndpoint.objects.create(
        name=name,
        url=url,
        event_types=sorted(set(event_types)),
        room_id=room,
        secret_salt=new_salt(),
        created_by=by,
    )
    return MadeWebhook(webhook, secret_of(webhook.secret_salt))


@transaction.atomic
def change_webhook(
    webhook: WebhookEndpoint, *, by: User, changes: Mapping[str, Any]
) -> WebhookEndpoint:
    """Another address, other events, on or off; enabled again, what it is still owed is sent.

    Raises Forbidden, Invalid.
    """
    require(by, MANAGE)
    webhook = WebhookEndpoint.objects.select_for_update().get(pk=webhook.pk)
    if "url" in changes:
        _refuse_url(changes["url"])
    for name, value in changes.items():
        setattr(webhook, name, sorted(set(value)) if name == "event_types" else value)
    if changes.get("is_enabled"):
        webhook.disabled_because, webhook.failing_since = "", None
        enqueue_on_commit(DISPATCH)
    webhook.save()
    return webhook


def renew_secret(webhook: WebhookEndpoint, *, by: User) -> str:
    """A new secret; the old one is worth nothing from this moment."""
    require(by, MANAGE)
    webhook.secret_salt = new_salt()
    webhook.save(update_fields=["secret_salt", "updated_at"])
    return secret_of(webhook.secret_salt)


def delete_webhook(webhook: WebhookEndpoint, *, by: User) -> None:
    """With what it was owed, and its log."""
    require(by, MANAGE)
    webhook.delete()


@transaction.atomic
def replay_delivery(delivery: WebhookDelivery, *, by: User | None) -> WebhookDelivery:
    """Send it once more, under the same id. `by` None: somebody who has been asked already."""
    if by is not None:
        require(by, MANAGE)
    delivery.state, delivery.attempts, delivery.due_at = DeliveryState.PENDING, 0, None
    delivery.delivered_at = None
    delivery.save()
    enqueue_on_commit(DISPATCH)
    return delivery


def _refuse_url(url: str) -> None:
    try:
        checked_url(url)
    except Invalid as error:
        raise Invalid(errors={"url": [error.detail]}) from None
