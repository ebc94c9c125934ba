"""What a person may do with what a dialogue remembers: put right, forget, forget all."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from chatcore.errors import Invalid
from dialogues.digesters.cleaning import clean_text, clean_value
from dialogues.models import DialogueContext, DialogueSession, RememberedFact
from dialogues.selectors.facts import fact_for, fact_out
from dialogues.selectors.memory import Memory, Part, Point, Topic, memory_of
from dialogues.services.facts import facts_like, forget_rows, write_down
from dialogues.services.remembering import keep_true, locked_context
from dialogues.services.sanitising import clean_json

SUMMARY_MAX = 2_000


@transaction.atomic
def correct_fact(session: DialogueSession, fact_id: UUID | str, value: Any) -> dict[str, Any]:
    """The person says how it is; nothing is surer. Gives the fact object. Raises FactNotFound,
    Invalid."""
    context = locked_context(session.pk)
    fact = fact_for(session, fact_id)
    cleaned = clean_value(value)
    if cleaned is None or (fact.is_item and isinstance(cleaned, list)):
        raise Invalid(
            errors={"value": ["Give a text, a number, true or false, or a list of them."]}
        )
    _take_correction(fact, cleaned)
    keep_true(context)
    return fact_out(fact)


def _take_correction(fact: RememberedFact, value: Any) -> None:
    fact.value, fact.confidence, fact.learned_by = value, 1, "person"
    fact.corrected_at = timezone.now()
    fact.save(update_fields=["value", "confidence", "learned_by", "corrected_at"])


@transaction.atomic
def forget_fact(session: DialogueSession, fact_id: UUID | str) -> None:
    """It holds no more, nor does what it superseded, and the same messages do not tell it again.
    Raises FactNotFound."""
    context = locked_context(session.pk)
    forget_rows(facts_like(fact_for(session, fact_id)))
    keep_true(context)


@transaction.atomic
def forget_memory(session: DialogueSession) -> None:
    """All of it: facts, summary, topics, points, moods. The messages stay, and nothing is learned
    from them again; how far the reader has read is a setting and stays, too."""
    context = locked_context(session.pk)
    forget_rows(RememberedFact.objects.filter(session_id=session.pk))
    last = DialogueSession.objects.values_list("last_seq", flat=True).get(pk=session.pk)
    empty: dict[str, Any] = {
        "digested_seq": last,
        "digest_due_at": None,
        "discussed_chapters": [],
        "character_state": "",
        "emotional_tone": "",
        "communication_style": {},
        "mental_state_summary": "",
        "recent_events_summary": "",
    }
    keep_true(context, Memory(since=last), **empty)


@transaction.atomic
def change_context(session: DialogueSession, **columns: Any) -> DialogueSession:
    """What a person may set or put right: `current_chapter` (None: no limit), `discussed_topics`,
    `key_points`, `conversation_summary`, `communication_style`; `facts` and `personality_insights`
    whole. What stays of them keeps its source, what is new is the person's own word."""
    context = locked_context(session.pk)
    for name in ("facts", "personality_insights"):
        if name in columns:
            write_down(session.pk, name, columns.pop(name))
    if "communication_style" in columns:
        columns["communication_style"] = clean_json(columns["communication_style"])
    memory = memory_of(context)
    if "discussed_topics" in columns:
        memory.topics = _kept(columns.pop("discussed_topics"), memory.topics, Topic)
    if "key_points" in columns:
        memory.points = _kept(columns.pop("key_points"), memory.points, Point)
    if "conversation_summary" in columns:
        memory.parts = _summary_of(columns.pop("conversation_summary"), context)
    keep_true(context, memory, **columns)
    session.refresh_from_db()
    return session


def _kept(texts: list[str], known: Any, kind: Any) -> list[Any]:
    entries = {entry.text: entry for entry in known}
    cleaned = dict.fromkeys(filter(None, map(clean_text, texts)))
    return [entries.get(text) or kind(text=text) for text in cleaned]


def _summary_of(text: str, context: DialogueContext) -> list[Part]:
    cleaned = clean_text(text, SUMMARY_MAX)
    return [Part(text=cleaned, first=1, last=context.digested_seq)] if cleaned else []
