"""What seed 001's companion had learned of a person (`conversation_context`)."""

from uuid import UUID

import pghistory
from django.db import transaction

from dialogues.legacy.records import LegacyMemory
from dialogues.legacy.report import Report
from dialogues.legacy.staging import Staging
from dialogues.models import DialogueContext, DialogueType, LegacyKind
from dialogues.services.legacy_keys import Key, fingerprint, known_keys, remember_keys
from dialogues.services.legacy_people import People
from dialogues.services.sanitising import clean_json, clean_text


def import_memories(
    staging: Staging, people: People, report: Report, source: str, *, dry_run: bool = False
) -> int:
    """How many companions remember more than before (in a dry run: would)."""
    taken = 0
    with pghistory.context(source="import_legacy", name=source):
        for memory in staging.memories():
            owner = people.account(memory.key)
            if isinstance(owner, str):
                report.skip(owner, memory.place, memory.key)
            elif not known_keys(source, LegacyKind.MEMORY, [memory.key]):
                taken += 1
                if not dry_run:
                    _take(memory, owner, report, source)
    return taken


@transaction.atomic
def _take(memory: LegacyMemory, owner: UUID, report: Report, source: str) -> None:
    """Fills what is empty; what the companion here has learned since stays."""
    context = (
        DialogueContext.objects.select_for_update(of=("self",))
        .filter(session__user_id=owner, session__type=DialogueType.COMPANION)
        .first()
    )
    if context is None:
        return
    kept = [name for name in memory.columns if getattr(context, name)]
    if kept:
        report.change("memory", memory.place, memory.key, ", ".join(kept))
    filled = {}
    for name, value in memory.columns.items():
        if name not in kept:
            filled[name] = clean_text(value) if isinstance(value, str) else clean_json(value)
            if filled[name] != value:
                report.change("cut", memory.place, memory.key, f"{name}: {value}")
    for name, value in filled.items():
        setattr(context, name, value)
    context.save(update_fields=[*filled, "updated_at"])
    key = Key(memory.key, fingerprint(memory.key), context.pk, owner)
    remember_keys(source, LegacyKind.MEMORY, [key])
