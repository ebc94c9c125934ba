"""An agent's load: the counter on their profile moves with what they hold, under its lock."""

from uuid import UUID

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from chatcore.jobs import enqueue_on_commit
from rooms.models import Escalation, SupportProfile


def profile_of(user: UUID) -> SupportProfile:
    """The profile under its lock; made on first use."""
    SupportProfile.objects.bulk_create([SupportProfile(user_id=user)], ignore_conflicts=True)
    return SupportProfile.objects.select_for_update().get(pk=user)


def take(escalation: Escalation, agent: UUID) -> None:
    """It is theirs now, and they are the last in the row for the next one."""
    profile_of(agent)
    SupportProfile.objects.filter(pk=agent).update(
        load=F("load") + 1, last_assigned_at=timezone.now()
    )
    escalation.assigned_to_user_id = agent


def release(escalation: Escalation) -> UUID | None:
    """It is nobody's load any more; whoever had it is free for the next one in the queue.

    The escalation keeps the name, for the record; who puts it back into the queue takes it off.
    """
    agent = escalation.assigned_to_user_id
    if agent is None or not escalation.is_open:
        return None
    profile_of(agent)
    SupportProfile.objects.filter(pk=agent).update(load=Greatest(F("load") - 1, 0))
    enqueue_on_commit("rooms.drain_queue")
    return agent
