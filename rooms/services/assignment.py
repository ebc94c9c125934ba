"""Who gets what waits: the queue is drained the moment something comes in or somebody is free.

In the order of the queue (`rooms/selectors/queue.py`), the first that somebody free can take; among those
who can, the least busy, then whoever has waited longest. Rows that another process is deciding about are
skipped, not waited for; that process looks again after its own decision, so nothing is left lying.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from chatcore.errors import Conflict
from chatcore.models import User
from chatcore.selectors.permissions import require
from rooms.models import Escalation
from rooms.selectors.escalation_access import levels_of
from rooms.selectors.queue import QUEUE_AT, priority_step
from rooms.services.escalation_changes import locked
from rooms.services.escalation_states import give
from rooms.services.load import profile_of

# Who has declined one is not offered it again for this long.
DECLINE_RESTS = timedelta(minutes=10)

_CAN_TAKE = """
  FROM support_profiles p JOIN users u ON u.id = p.user_id
  WHERE p.load < p.max_load AND u.support_level = e.to_level
    AND (p.availability = 'online' OR (p.availability = 'auto' AND u.current_status = 'online'))
    AND u.account_status = 'active' AND u.deleted_at IS NULL AND u.id <> e.customer_id
    AND p.skills @> e.required_skills
    AND NOT EXISTS (
      SELECT 1 FROM escalation_events d WHERE d.escalation_id = e.id AND d.kind = 'declined'
        AND d.by_user_id = p.user_id AND d.created_at > now() - %(rests)s)"""
_WAITING = """e.status = 'created' AND (e.snoozed_until IS NULL OR e.snoozed_until <= now())"""

_NEXT = f"""
SELECT e.id FROM escalations e
WHERE {_WAITING} AND NOT e.id = ANY(%(passed)s) AND EXISTS (SELECT 1 {_CAN_TAKE})
ORDER BY {QUEUE_AT}, e.id LIMIT 1 FOR UPDATE OF e SKIP LOCKED"""  # noqa: S608
_AGENT = f"""
SELECT p.user_id {_CAN_TAKE.replace("FROM support_profiles p", "FROM escalations e, support_profiles p", 1)}
  AND e.id = %(escalation)s
ORDER BY p.load::float / p.max_load, p.last_assigned_at NULLS FIRST, u.id
LIMIT 1 FOR UPDATE OF p SKIP LOCKED"""
_PULL = f"""
SELECT e.id FROM escalations e
WHERE {_WAITING} AND e.to_level = ANY(%(levels)s) AND e.customer_id <> %(user)s
ORDER BY (e.to_level = %(own)s) DESC, {QUEUE_AT}, e.id
LIMIT 1 FOR UPDATE OF e SKIP LOCKED"""  # noqa: S608


def drain_queue() -> int:
    """Give away all that can be given; how many were. Safe to run in many processes at once."""
    given, passed = 0, list[UUID]()
    while (outcome := _give_one(passed)) is not None:
        given += outcome
    return given


def pull_next(user: User) -> Escalation | None:
    """The next one for an agent who asks, whatever their load: of their own level, then of those below.

    None when nothing waits. Raises Forbidden without `chat:escalation:accept`, Conflict for who is of
    no level.
    """
    require(user, "chat:escalation:accept")
    levels = levels_of(user)
    if not levels:
        raise Conflict("You are of no support level.", code="no_level")
    with transaction.atomic():
        profile_of(user.pk)
        parameters = {
            "levels": levels,
            "own": user.support_level,
            "user": user.pk,
            "step": priority_step(),
        }
        found = _one(_PULL, parameters)
        if found is None:
            return None
        return give(locked(found), user, by=user, accepted=True)


def _give_one(passed: list[UUID]) -> int | None:
    """1: given. 0: its agents are being decided about elsewhere, it is passed. None: nothing to give."""
    with transaction.atomic():
        parameters = {"passed": passed, "rests": DECLINE_RESTS, "step": priority_step()}
        found = _one(_NEXT, parameters)
        if found is None:
            return None
        agent = _one(_AGENT, {**parameters, "escalation": found})
        if agent is None:
            passed.append(found)
            return 0
        give(locked(found), User.objects.get(pk=agent), by=None)
        return 1


def _one(sql: str, parameters: dict[str, Any]) -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row = cursor.fetchone()
    return row[0] if row else None
