"""Send what webhooks are owed. The rows are the queue; one worker at a time sends to an endpoint.

The events of a room go in the order in which they happened: one that fails holds up those that came after
it in its room until it is given, or has failed for a quarter of an hour; never those of other rooms.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from chatcore.jobs import enqueue_on_commit
from chatcore.outbound import OutboundFailed, OutboundRefused
from rooms.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from rooms.selectors.webhooks import deliveries_due, delivery_body, endpoints_with_work, free
from rooms.services.webhook_calls import call

log = structlog.get_logger(__name__)

DELIVER = "rooms.deliver_to"
SECONDS = 10
LEASE = timedelta(seconds=60)
# Before the second attempt, the third, …: about a day in all.
BACK_OFF = tuple(
    timedelta(seconds=each) for each in (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 28_800)
)
# An endpoint that has only failed for so long is disabled.
PATIENCE = timedelta(hours=24)
KEPT = timedelta(days=30)


def dispatch_webhooks() -> int:
    """Have workers told of each endpoint that is owed something; how many there are."""
    endpoints = endpoints_with_work()
    for endpoint in endpoints:
        enqueue_on_commit(DELIVER, endpoint=str(endpoint))
    return len(endpoints)


def deliver_to(endpoint_id: UUID) -> int:
    """Send all that an endpoint is owed at this moment; how many attempts that were."""
    sent = 0
    while _hold(endpoint_id):
        endpoint = WebhookEndpoint.objects.get(pk=endpoint_id)
        delivery = deliveries_due(endpoint_id).first()
        if delivery is None or not endpoint.is_enabled:
            _let_go(endpoint_id)
            # What was owed between the look and the letting go has been told to nobody.
            if not endpoint.is_enabled or not deliveries_due(endpoint_id).exists():
                break
            continue
        _deliver(endpoint, delivery)
        _let_go(endpoint_id)
        sent += 1
    return sent


def prune_deliveries() -> int:
    """Delete what was delivered or given up long ago; how many rows."""
    old = WebhookDelivery.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.exclude(state=DeliveryState.PENDING).delete()[0]


def _hold(endpoint: UUID) -> bool:
    """Longer than a request takes."""
    rows = WebhookEndpoint.objects.filter(free(), pk=endpoint, is_enabled=True)
    return bool(rows.update(lease_until=Now() + LEASE))


def _let_go(endpoint: UUID) -> None:
    WebhookEndpoint.objects.filter(pk=endpoint).update(lease_until=None)


def _deliver(endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> None:
    body = delivery_body(delivery)
    if body is None:  # there is nothing to tell any more
        delivery.delete()
        return
    try:
        answered = call(endpoint.url, body, salt=endpoint.secret_salt, seconds=SECONDS, of=delivery)
    except OutboundRefused:
        _fail(endpoint, delivery, for_good=True)
    except OutboundFailed:
        _fail(endpoint, delivery)
    else:
        if answered.is_good:
            _succeed(endpoint, delivery)
        else:
            _fail(endpoint, delivery, for_good=answered.status == 410)


@transaction.atomic
def _succeed(endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> None:
    _update(delivery, state=DeliveryState.DELIVERED, delivered_at=Now(), due_at=None)
    failing = Q(pk=endpoint.pk, failing_since__isnull=False)
    WebhookEndpoint.objects.filter(failing).update(failing_since=None)


@transaction.atomic
def _fail(endpoint: WebhookEndpoint, delivery: WebhookDelivery, *, for_good: bool = False) -> None:
    attempt = delivery.attempts
    if for_good or attempt >= len(BACK_OFF):
        _update(delivery, state=DeliveryState.FAILED, due_at=None)
    else:
        _update(delivery, due_at=Now() + BACK_OFF[attempt])
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        failing_since=Coalesce("failing_since", Now())
    )
    endpoint.refresh_from_db()
    since = endpoint.failing_since
    if since and timezone.now() - since > PATIENCE:
        _disable(endpoint)


def _update(delivery: WebhookDelivery, **columns: object) -> None:
    WebhookDelivery.objects.filter(pk=delivery.pk).update(attempts=delivery.attempts + 1, **columns)


def _disable(endpoint: WebhookEndpoint) -> None:
    """Stop calling, and tell who made it."""
    because = "Nothing could be delivered for a day."
    stopped = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_enabled=True).update(
        is_enabled=False, disabled_because=because
    )
    log.warning("webhook_disabled", webhook=str(endpoint.pk))
    maker = endpoint.created_by
    if stopped and maker and maker.email:
        subject = f"The webhook “{endpoint.name}” was disabled"
        text = f"{because} Enable it again once its server answers; what it is still owed is sent then."
        transaction.on_commit(
            lambda: send_mail(subject, text, None, [maker.email], fail_silently=True)
        )
