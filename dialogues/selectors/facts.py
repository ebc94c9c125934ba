"""Facts of a dialogue: what holds, what it is read from, and the one renderer.

Of the rows of a key that is no list the newest source says what holds; the others are its history.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models.functions import Coalesce

from chatcore.errors import NotFound
from dialogues.models import DialogueMessage, DialogueSession, RememberedFact
from dialogues.models.facts import FACT_CATEGORIES
from dialogues.selectors.access import public_id
from dialogues.selectors.sessions import instant


class FactNotFound(NotFound):
    title = "There is no such fact in this dialogue"


def facts_of(session_id: UUID) -> list[RememberedFact]:
    """All that is remembered in a dialogue, superseded facts too, in the order in which it was
    said."""
    return [row for row in rows_of(session_id) if row.forgotten_at is None]


def rows_of(session_id: UUID) -> list[RememberedFact]:
    """The same with the places of what was forgotten. Ids are by time: a message's, or of what the
    person wrote down the row's own."""
    rows = RememberedFact.objects.filter(session_id=session_id)
    return list(rows.order_by(Coalesce("source_message_id", "id"), "id"))


def fact_for(session: DialogueSession, key: UUID | str) -> RememberedFact:
    """One of the dialogue's facts by its id. Raises FactNotFound."""
    found = RememberedFact.objects.filter(
        pk=public_id(key, "fct"), session=session, forgotten_at__isnull=True
    ).first()
    if found is None:
        raise FactNotFound
    return found


def facts_that_hold(rows: Iterable[RememberedFact]) -> list[RememberedFact]:
    """Of rows in the order of their sources: items all, of every other key the newest."""
    newest = {(row.category, row.key): row.pk for row in rows if not row.is_item}
    return [row for row in rows if row.is_item or newest[row.category, row.key] == row.pk]


def earlier_values(fact: RememberedFact, rows: Iterable[RememberedFact]) -> list[Any]:
    """What the key said before, oldest first."""
    if fact.is_item:
        return []
    same = (row for row in rows if (row.category, row.key) == (fact.category, fact.key))
    return [row.value for row in same if row.pk != fact.pk and not row.is_item]


def fact_out(fact: RememberedFact, earlier: Sequence[Any] = ()) -> dict[str, Any]:
    """The fact object of `GET …/context/facts/`, JSON types only."""
    return {
        "id": str(fact.pk),
        "category": fact.category,
        "key": fact.key,
        "value": fact.value,
        "confidence": float(fact.confidence),
        "learned_by": fact.learned_by,
        "source_message": str(fact.source_message_id) if fact.source_message_id else None,
        "learned_at": instant(fact.learned_at),
        "corrected_at": instant(fact.corrected_at),
        "earlier_values": list(earlier),
    }


def facts_out(session_id: UUID) -> list[dict[str, Any]]:
    """What holds, each with its history: one query."""
    rows = facts_of(session_id)
    return [fact_out(fact, earlier_values(fact, rows)) for fact in facts_that_hold(rows)]


def remembered_out(fact: RememberedFact) -> dict[str, Any]:
    """An entry of seed 000's `remembered_facts`."""
    told = fact_out(fact)
    names = ("id", "category", "key", "value", "confidence", "source_message", "learned_at")
    return {name: told[name] for name in names}


def nested(facts: Iterable[RememberedFact]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Seed 001's two forms: `facts` and `personality_insights`, category ▸ key ▸ value."""
    about: dict[str, Any] = {}
    insights: dict[str, Any] = {}
    for fact in facts:
        keys = (about if fact.category in FACT_CATEGORIES else insights).setdefault(
            fact.category, {}
        )
        if fact.is_item:
            items = keys.setdefault(fact.key, [])
            keys[fact.key] = [*(items if isinstance(items, list) else [items]), fact.value]
        else:
            keys[fact.key] = fact.value
    return about, insights


def panel_facts(session_id: UUID) -> list[dict[str, Any]]:
    """What holds, as the panel shows it, the newest first, with where it was said."""
    rows = facts_of(session_id)
    holding = facts_that_hold(rows)
    sources = [fact.source_message_id for fact in holding if fact.source_message_id]
    places = dict(DialogueMessage.objects.filter(pk__in=sources).values_list("pk", "seq"))
    return [
        {
            "id": fact.pk,
            "label": fact.key.replace("_", " ").capitalize(),
            "value": ", ".join(map(str, fact.value))
            if isinstance(fact.value, list)
            else fact.value,
            "percent": int(fact.confidence * 100),
            "learned_at": fact.learned_at,
            "corrected_at": fact.corrected_at,
            "seq": places.get(fact.source_message_id),
            "earlier": ", ".join(map(str, earlier_values(fact, rows))),
        }
        for fact in reversed(holding)
    ]
