"""Learning in the background: after a turn a worker reads what is new and remembers what matters.

A digest is claimed by a lease, reads from `digested_seq` on, and is stored only if nothing it read has
changed meanwhile; storing moves `digested_seq`, so that it is safe to repeat and nothing is learned
twice.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from chatcore.jobs import enqueue_on_commit
from dialogues.answerers.port import Allowance, AnswererError
from dialogues.digesters.cleaning import clean_text
from dialogues.digesters.heard import Heard
from dialogues.digesters.port import Digest, Material, Noted
from dialogues.digesters.registry import digester_for, note_taker
from dialogues.digesters.rules import NAME, Rules
from dialogues.models import DialogueContext, DialogueSession
from dialogues.selectors.digests import PATIENCE, are_unchanged, heard_in, owed_digests, rows_since
from dialogues.selectors.memory import Memory, Part, Point, Topic, memory_of
from dialogues.selectors.messages import Row
from dialogues.selectors.sessions import dialogue_by_id
from dialogues.services.billing import Bill
from dialogues.services.budgets import BudgetSpent, allowance_of, within_budget
from dialogues.services.charging import charge
from dialogues.services.facts import learn_facts
from dialogues.services.remembering import DIGEST, keep_true, locked_context
from dialogues.services.sanitising import clean_json, fitting

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
# Messages that one digest reads; the next takes on.
MOST_MESSAGES = 40
# A model is asked for so many, or after PATIENCE for fewer.
MUCH = 6
# What of a dialogue is kept: newer entries push out older ones.
MOST_PARTS, PART_MAX = 12, 600
MOST_POINTS, POINT_MAX = 30, 240
MOST_TOPICS, TOPIC_MAX = 60, 60
STYLE_BYTES = 1_024


def digest_dialogue(session_id: UUID) -> int:
    """Digest all that is new in a dialogue; how many messages were read."""
    read = 0
    while (seq := _claim(session_id)) is not None:
        rows = rows_since(session_id, seq, MOST_MESSAGES)
        _store(session_id, seq, rows, _digested(session_id, heard_in(rows)))
        read += len(rows)
    return read


def _claim(session_id: UUID) -> int | None:
    """Take an owed digest; up to where the dialogue is digested. None: nothing is owed, or somebody
    works on it."""
    free = Q(digest_lease_until__isnull=True) | Q(digest_lease_until__lt=Now())
    owed = DialogueContext.objects.filter(
        free, session_id=session_id, digest_due_at__isnull=False, session__deleted_at__isnull=True
    )
    if note_taker():  # a request each time: worth it for some messages, or when it falls silent
        is_much = Q(session__last_seq__gte=F("digested_seq") + MUCH)
        owed = owed.filter(is_much | Q(digest_due_at__lt=Now() - PATIENCE))
    if not owed.update(digest_lease_until=Now() + LEASE):
        return None
    return DialogueContext.objects.values_list("digested_seq", flat=True).get(pk=session_id)


def _digested(session_id: UUID, heard: Sequence[Heard]) -> Digest:
    """What the digester makes of it; where a model fails or the budget is spent, the rules stand in.
    What a model took is charged, whatever comes of it."""
    session = dialogue_by_id(session_id)
    if session is None or not heard:
        return Digest()
    material = Material(heard, session.book, session.character, session.model_name)
    if not session.user.may_sign_in:  # nothing of theirs leaves this house any more
        return Rules().digest(material)
    behind = session.last_seq - heard[0].seq
    try:
        allowed = replace(material, allowance=_allowance(session))
        digest = digester_for(material, behind).digest(allowed)
    except (AnswererError, BudgetSpent) as error:
        log.warning("digest_without_model", session=str(session_id), error=str(error))
        return Rules().digest(material)
    if digest.usage:
        charge(session_id, digest.usage)
    return digest


def _allowance(session: DialogueSession) -> Allowance | None:
    """What a model may take of the person's budget. Raises BudgetSpent."""
    endpoint = note_taker()
    if endpoint is None:
        return None
    model = session.model_name or endpoint.model
    return allowance_of(within_budget(session.pk), Bill(), model)


@transaction.atomic
def _store(session_id: UUID, seq: int, rows: Sequence[Row], digest: Digest) -> None:
    """Remember it, unless the dialogue has changed under it: then the next claim reads anew."""
    context = locked_context(session_id)
    columns: dict[str, Any] = {"digest_lease_until": None}
    if context.digested_seq != seq or not are_unchanged(rows):
        keep_true(context, **columns)
        return
    if len(rows) < MOST_MESSAGES:
        columns["digest_due_at"] = None
    heard = heard_in(rows)
    sources = {row["seq"]: row["id"] for row in rows}
    learn_facts(session_id, digest.facts, sources, digest.learned_by)
    last = rows[-1]["seq"] if rows else seq
    memory = _grown(memory_of(context), digest, heard, last)
    keep_true(context, memory, **columns, digested_seq=last, **_moods(digest, context))


def _moods(digest: Digest, context: DialogueContext) -> dict[str, Any]:
    """What the digest says of tone, state and style; silence leaves them as they were."""
    style = fitting(clean_json(dict(digest.communication_style)), STYLE_BYTES)
    return {
        "emotional_tone": clean_text(digest.emotional_tone, 50) or context.emotional_tone,
        "character_state": clean_text(digest.character_state, 100) or context.character_state,
        "communication_style": style or context.communication_style,
    }


def _grown(memory: Memory, digest: Digest, heard: Sequence[Heard], last: int) -> Memory:
    """The memory with what came of the new messages, within its bounds."""
    chapters = {message.seq: message.chapter for message in heard}
    if digest.learned_by != NAME:  # a model mixes what it has read: all of it tells as far
        chapters = dict.fromkeys(chapters, max(chapters.values(), default=0))
    if summary := clean_text(digest.summary, PART_MAX):
        first = min(chapters, default=last)
        part = Part(text=summary, first=first, last=last, chapter=max(chapters.values(), default=0))
        memory.parts = _merged([*memory.parts, part])
    memory.points += [
        Point(text=text, seq=noted.seq, chapter=chapters[noted.seq])
        for noted in digest.key_points
        if noted.seq in chapters and (text := clean_text(noted.text, POINT_MAX))
    ]
    memory.points = memory.points[-MOST_POINTS:]
    memory.topics = _topics(memory.topics, digest.topics, chapters)
    return memory


def _merged(parts: list[Part]) -> list[Part]:
    """The oldest parts become one, in fewer words, so that the whole stays bounded."""
    while len(parts) > MOST_PARTS:
        old, new, *others = parts
        half = PART_MAX // 2
        merged = Part(
            text=f"{clean_text(old.text, half)} {clean_text(new.text, half)}",
            first=old.first,
            last=new.last,
            chapter=max(old.chapter, new.chapter),
        )
        parts = [merged, *others]
    return parts


def _topics(known: list[Topic], new: Sequence[Noted], chapters: dict[int, int]) -> list[Topic]:
    """A topic that comes up again counts once more and stays where it came up first."""
    topics = {topic.text.lower(): topic for topic in known}
    for noted in new:
        text = clean_text(noted.text, TOPIC_MAX)
        if not text or noted.seq not in chapters:
            continue
        if text.lower() in topics:
            topics[text.lower()].count += 1
        else:
            topics[text.lower()] = Topic(text=text, seq=noted.seq, chapter=chapters[noted.seq])
    newest_last = list(topics.values())
    return newest_last[-MOST_TOPICS:]


def sweep_digests() -> int:
    """Ask workers once more for the digests that nobody works on; how many there are."""
    owed = owed_digests()
    for session_id in owed:
        enqueue_on_commit(DIGEST, session=str(session_id))
    return len(owed)
