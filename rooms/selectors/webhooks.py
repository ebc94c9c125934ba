"""Webhooks, what they are owed, and what is sent of it."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from chatcore.errors import NotFound
from chatcore.http.rendering import json_bytes
from chatcore.models import User
from chatcore.selectors.permissions import require
from chatcore.selectors.rows import fetch_rows
from rooms.models import Audience, DeliveryState, WebhookDelivery, WebhookEndpoint
from rooms.selectors.messages import ONE_SQL, message_out

MANAGE = "chat:webhook:manage"
# So many attempts, a quarter of an hour in all, what came after it waits behind a delivery that fails.
HOLDS_UP = 4


def webhooks_for(user: User) -> QuerySet[WebhookEndpoint]:
    """All there are, for who manages them. Raises Forbidden."""
    require(user, MANAGE)
    return WebhookEndpoint.objects.all()


def webhook_for(user: User, webhook: UUID) -> WebhookEndpoint:
    """One of them. Raises Forbidden, NotFound."""
    found = webhooks_for(user).filter(pk=webhook).first()
    if found is None:
        raise NotFound("There is no such webhook.")
    return found


def delivery_of(endpoint: WebhookEndpoint, delivery: UUID) -> WebhookDelivery:
    """Something that it is or was owed, with its log. Raises NotFound."""
    found = endpoint.deliveries.prefetch_related("log").filter(pk=delivery).first()
    if found is None:
        raise NotFound("There is no such delivery.")
    return found


def deliveries_due(endpoint: UUID) -> QuerySet[WebhookDelivery]:
    """What an endpoint is owed at this moment, in the order in which it happened."""
    return _due().filter(endpoint=endpoint).order_by("created_at", "version")


def endpoints_with_work() -> list[UUID]:
    """Those that are owed something at which nobody works."""
    owed = _due().filter(endpoint=OuterRef("pk"))
    found = WebhookEndpoint.objects.filter(free(), Exists(owed), is_enabled=True)
    return list(found.values_list("pk", flat=True))


def free() -> Q:
    """Nobody sends to it, or who did died."""
    return Q(lease_until__isnull=True) | Q(lease_until__lt=Now())


def delivery_body(delivery: WebhookDelivery) -> bytes | None:
    """What is sent; None where there is nothing to tell: the message is a private note."""
    data = delivery.payload
    if delivery.message_id:
        data = _message(delivery)
        if data is None:
            return None
    return json_bytes(
        {
            "id": delivery.pk,
            "type": delivery.event_type,
            "created_at": delivery.created_at,
            "room": delivery.room_id,
            "version": delivery.version,
            "data": data,
        }
    )


def _message(delivery: WebhookDelivery) -> dict[str, Any] | None:
    """As it stands now: what was taken back meanwhile does not leave any more."""
    rows = fetch_rows(ONE_SQL, [delivery.message_id, delivery.room_id])
    if not rows or rows[0]["audience"] >= Audience.STAFF:
        return None
    return message_out(rows[0])


def _due() -> QuerySet[WebhookDelivery]:
    """One that waits for another attempt holds up what came after it in its room, and nothing else; one
    that goes on failing is overtaken."""
    waits = WebhookDelivery.objects.filter(
        endpoint=OuterRef("endpoint"),
        room=OuterRef("room"),
        version__lt=OuterRef("version"),
        state=DeliveryState.PENDING,
        attempts__range=(1, HOLDS_UP),
        due_at__gt=Now(),
    )
    pending = WebhookDelivery.objects.filter(
        Q(due_at__isnull=True) | Q(due_at__lte=Now()), state=DeliveryState.PENDING
    )
    return pending.filter(~Exists(waits))
