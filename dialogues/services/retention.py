"""Clearing up: silent dialogues with the assistant (seeds 002 and 004), and what was deleted."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chatcore.ids import uuid7_floor
from dialogues.caches import forget_recent
from dialogues.models import DialogueMessage, DialogueSession
from dialogues.selectors.sessions import companions, outlived_dialogues, silent_assistants
from dialogues.services.sessions import delete_dialogue

# A run takes a bite; the next one, or the next day, takes on.
MOST = 500


def delete_old_dialogues() -> tuple[int, int]:
    """Seed 004's `delete_old_conversations(days)`: how many dialogues were hidden, how many erased.

    Dialogues with the assistant in which nobody spoke for ASSISTANT_KEPT_DAYS are deleted as their
    person would; DELETED_KEPT_DAYS later the rows of deleted dialogues go, messages and all.
    0 days: never. Safe to repeat.
    """
    hidden = erased = 0
    if days := settings.ASSISTANT_KEPT_DAYS:
        hidden = sum(_hide(pk, days) for pk in silent_assistants(_ago(days), MOST))
    if days := settings.DELETED_KEPT_DAYS:
        erased = sum(_erase(pk, days) for pk in outlived_dialogues(_ago(days), MOST))
    return hidden, erased


def prune_snapshots() -> int:
    """Seed 001's context pruning: take the snapshots off messages older than SNAPSHOT_KEPT_DAYS, so
    many at a time that each transaction is short; how many. 0 days: never. Safe to repeat.

    Readers are not told: the words stay, and what a snapshot said is of its own moment.
    """
    days, pruned = settings.SNAPSHOT_KEPT_DAYS, 0
    if not days:
        return 0
    for session_id in companions():
        while bite := _prune(session_id, days):
            pruned += bite
    return pruned


def _prune(session_id: UUID, days: int) -> int:
    """Of one companion, the next ones: found by its own index, in the months before the age."""
    old = DialogueMessage.objects.filter(
        session_id=session_id, pk__lt=uuid7_floor(_ago(days)), context_snapshot__isnull=False
    )
    bite = list(old.order_by("seq").values_list("pk", flat=True)[:MOST])
    pruned = DialogueMessage.objects.filter(pk__in=bite).update(context_snapshot=None)
    forget_recent(session_id)
    return pruned


@transaction.atomic
def _hide(session_id: UUID, days: int) -> bool:
    """Under its lock, so that a word said at this moment saves it."""
    session = (
        DialogueSession.objects.select_for_update(no_key=True)
        .filter(pk=session_id, updated_at__lt=_ago(days), deleted_at__isnull=True)
        .first()
    )
    if session:
        delete_dialogue(session)
    return session is not None


@transaction.atomic
def _erase(session_id: UUID, days: int) -> bool:
    found = DialogueSession.objects.filter(pk=session_id, deleted_at__lt=_ago(days))
    forget_recent(session_id)
    return bool(found.delete()[0])


def _ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)
