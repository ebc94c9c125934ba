"""What a dialogue remembers: the one place where its columns are written.

The rows of facts and `conversation_memory` are the truth; everything that a turn or a page reads is
made from them here, in the transaction that changed them, and told to whoever has the page open.
"""

import math
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from chatcore.jobs import enqueue_on_commit
from dialogues.models import DialogueContext, DialogueSession, RememberedFact
from dialogues.selectors.facts import facts_of, facts_that_hold, nested, remembered_out
from dialogues.selectors.memory import Memory, Part, memory_of
from dialogues.services.changes import change

DIGEST = "dialogues.digest"
FAMILIAR_MOST = 100
# A stretch of so many messages at most is digested anew when one of them is taken back or edited.
DIGEST_AGAIN = 200


def locked_context(session_id: UUID) -> DialogueContext:
    """Inside a transaction: the context, under its dialogue's lock first, as an answer's storing
    locks them."""
    DialogueSession.objects.select_for_update(of=("self",), no_key=True).get(pk=session_id)
    context, _ = DialogueContext.objects.select_for_update().get_or_create(session_id=session_id)
    return context


def keep_true(context: DialogueContext, memory: Memory | None = None, **columns: Any) -> None:
    """Inside a transaction, with the context locked: write `columns`, and all that is made from the
    facts and from `memory`. Where that changes nothing, nobody is told."""
    if memory is not None:
        columns["conversation_memory"] = memory.model_dump()
    before = _state(context)
    for name, value in columns.items():
        setattr(context, name, value)
    made = _made_from(context)
    for name, value in made.items():
        setattr(context, name, value)
    context.save(update_fields=[*columns, *made, "updated_at"])
    if _state(context) != before:
        summary = memory_of(context).up_to(context.current_chapter).summary
        change(context.session_id, conversation_summary=summary)


def _made_from(context: DialogueContext) -> dict[str, Any]:
    """The columns that say again, for reading, what the rows and the memory say."""
    facts = facts_that_hold(facts_of(context.session_id))
    about, insights = nested(facts)
    memory = memory_of(context)
    shown = memory.up_to(context.current_chapter)
    level = familiarity((context.digested_seq - memory.since) // 2)
    return {
        "remembered_facts": [remembered_out(fact) for fact in facts],
        "facts": about,
        "personality_insights": insights,
        "discussed_topics": [topic.text for topic in shown.topics],
        "key_points": [point.text for point in shown.points],
        "context_themes": shown.themes,
        "embedded_context": shown.as_text,
        "relationship_level": level,
        "personality_state": {
            "tone": context.emotional_tone,
            "state": context.character_state,
            "familiarity": level,
        },
    }


def _state(context: DialogueContext) -> dict[str, Any]:
    """What a reader would see changed."""
    unseen = {"_state", "created_at", "updated_at", "digest_due_at", "digest_lease_until"}
    return {name: value for name, value in vars(context).items() if name not in unseen}


def familiarity(exchanges: int) -> int:
    """0 to 100, quick at first and slower the longer two have talked: 34 after ten exchanges."""
    return min(FAMILIAR_MOST, int(10 * math.log2(1 + max(exchanges, 0))))


def owe_digest(context: DialogueContext) -> None:
    """Inside a transaction, the context to be saved after: what was said is to be digested."""
    if settings.DIGEST_WITH == "off":
        return
    context.digest_due_at = context.digest_due_at or timezone.now()
    enqueue_on_commit(DIGEST, session=str(context.session_id))


def source_gone(session_id: UUID, message_id: UUID, seq: int) -> None:
    """Inside the transaction that edits or deletes a message: what it told goes with it. The last
    stretch is digested anew, with the words that are there now."""
    context = DialogueContext.objects.select_for_update().filter(session_id=session_id).first()
    if context is None or seq > context.digested_seq:
        return
    RememberedFact.objects.filter(session_id=session_id, source_message_id=message_id).delete()
    memory = memory_of(context)
    stretch = _last_stretch_with(memory, seq)
    if stretch is None:
        keep_true(context, memory.without(seq))
        return
    owe_digest(context)
    columns = {"digested_seq": stretch.first - 1, "digest_due_at": context.digest_due_at}
    keep_true(context, memory.before(stretch.first), **columns)


def sources_gone(session_id: UUID) -> None:
    """The same where all messages of a dialogue are erased at once: only the person's own notes
    stay."""
    context = locked_context(session_id)
    RememberedFact.objects.filter(session_id=session_id, source_message__isnull=False).delete()
    last = DialogueSession.objects.values_list("last_seq", flat=True).get(pk=session_id)
    written_down = memory_of(context).before(1)
    written_down.since = last
    keep_true(context, written_down, digested_seq=last, digest_due_at=None)


def _last_stretch_with(memory: Memory, seq: int) -> Part | None:
    """The last part of the summary, if it tells of that message and is short enough to read again."""
    last = memory.parts[-1] if memory.parts else None
    is_it = last and last.first <= seq <= last.last <= last.first + DIGEST_AGAIN
    return last if is_it else None
