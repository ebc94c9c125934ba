"""One request to somebody's address, with a line in the log whatever came of it."""

import time

from chatcore.errors import Invalid
from chatcore.outbound import (
    Answered,
    OutboundFailed,
    OutboundRefused,
    post_signed,
    secret_of,
)
from rooms.models import RobotInteraction, WebhookAttempt, WebhookDelivery


def call(
    url: str,
    body: bytes,
    *,
    salt: str,
    seconds: float,
    of: WebhookDelivery | RobotInteraction,
) -> Answered:
    """POST it, signed; the id of `of` names it for good. Raises OutboundRefused, OutboundFailed."""
    attempt, began = _attempt_of(of), time.monotonic()
    try:
        answered = post_signed(
            url, id=str(of.pk), body=body, secret=secret_of(salt), seconds=seconds
        )
    except (OutboundRefused, OutboundFailed, Invalid) as error:
        attempt.error = error.detail[:500]
        if isinstance(error, Invalid):
            raise OutboundRefused(error.detail) from error
        raise
    else:
        attempt.response_status = answered.status
        if not answered.is_good or isinstance(of, WebhookDelivery):
            attempt.response_excerpt = _excerpt(answered.body)
        return answered
    finally:
        attempt.duration_ms = int((time.monotonic() - began) * 1000)
        attempt.save()


def _attempt_of(of: WebhookDelivery | RobotInteraction) -> WebhookAttempt:
    if isinstance(of, WebhookDelivery):
        return WebhookAttempt(delivery=of)
    return WebhookAttempt(interaction=of)


def _excerpt(body: bytes) -> str:
    return body[:2000].decode(errors="replace").replace("\x00", "")[:500]
