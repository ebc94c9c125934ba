"""The rows of remembered facts. Whoever writes them calls `services.memory.keep_true` in the same
transaction, so that what a turn reads is true."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from dialogues.digesters.cleaning import clean_key, clean_value
from dialogues.digesters.port import Learned
from dialogues.models import FactCategory, RememberedFact
from dialogues.models.facts import FACT_CATEGORIES, INSIGHT_CATEGORIES, KEY_MAX
from dialogues.selectors.facts import facts_of, facts_that_hold, rows_of

# A dialogue keeps so many; the least sure go first.
MOST_FACTS = 200


def learn_facts(
    session_id: UUID, learned: Iterable[Learned], sources: Mapping[int, UUID], learned_by: str
) -> None:
    """Store what is new. What says what is known already is left out, and so is what was forgotten
    of the same message, and what names no source."""
    known = _Known(session_id)
    rows = []
    for fact in learned:
        key, value = clean_key(fact.key, KEY_MAX), clean_value(fact.value)
        source = sources.get(fact.seq)
        if not key or value is None or source is None:
            continue
        row = RememberedFact(
            session_id=session_id,
            category=fact.category,
            key=key,
            value=value,
            is_item=fact.is_item,
            confidence=Decimal(str(min(max(fact.confidence, 0.0), 1.0))).quantize(Decimal("0.01")),
            learned_by=learned_by[:100],
            source_message_id=source,
        )
        if known.add(row):
            rows.append(row)
    RememberedFact.objects.bulk_create(rows)
    _let_go(session_id)


class _Known:
    """What a dialogue knows, to tell what is new."""

    def __init__(self, session_id: UUID) -> None:
        self._values: dict[tuple[str, str], list[Any]] = {}
        # Keys that a message may tell nothing more of: it has told one, or it was forgotten.
        self._closed: set[tuple[UUID | None, str, str]] = set()
        for row in rows_of(session_id):
            self._note(row)

    def add(self, row: RememberedFact) -> bool:
        """Whether the row says something new; if so it is known from now on."""
        values = self._values.get((row.category, row.key), [])
        said = values if row.is_item else values[-1:]
        if row.value in said or (row.source_message_id, row.category, row.key) in self._closed:
            return False
        self._note(row)
        return True

    def _note(self, row: RememberedFact) -> None:
        if row.forgotten_at or not row.is_item:
            self._closed.add((row.source_message_id, row.category, row.key))
        if not row.forgotten_at:
            self._values.setdefault((row.category, row.key), []).append(row.value)


def _let_go(session_id: UUID) -> None:
    living = facts_of(session_id)
    spare = len(living) - MOST_FACTS
    if spare > 0:
        least = sorted(living, key=lambda fact: (fact.confidence, fact.pk))[:spare]
        RememberedFact.objects.filter(pk__in=[fact.pk for fact in least]).delete()


def forget_rows(rows: QuerySet[RememberedFact]) -> None:
    """Blank the values; the places stay, so that nothing is learned from the same messages again."""
    rows.filter(forgotten_at__isnull=True).update(value=None, forgotten_at=timezone.now())


def facts_like(fact: RememberedFact) -> QuerySet[RememberedFact]:
    """The fact and what it superseded; of a list only entries that say the same."""
    same = RememberedFact.objects.filter(
        session_id=fact.session_id, category=fact.category, key=fact.key, is_item=fact.is_item
    )
    return same.filter(value=fact.value) if fact.is_item else same


def write_down(session_id: UUID, column: str, told: Mapping[str, Any]) -> None:
    """The person says all there is to know, in seed 001's form: what is not named is forgotten.

    `column`: `facts` or `personality_insights`. A key outside of their categories goes into the one
    that is most about the person.
    """
    categories, usual = _COLUMNS[column]
    wanted = {(*name, str(value)): (name, value) for name, value in _flat(told, categories, usual)}
    for fact in facts_that_hold(facts_of(session_id)):
        if fact.category in categories:
            known = wanted.pop((fact.category, fact.key, fact.is_item, str(fact.value)), None)
            if known is None:
                forget_rows(facts_like(fact))
    at = timezone.now()
    RememberedFact.objects.bulk_create(
        RememberedFact(
            session_id=session_id,
            category=category,
            key=key,
            is_item=is_item,
            value=value,
            confidence=1,
            learned_by="person",
            corrected_at=at,
        )
        for (category, key, is_item), value in wanted.values()
    )
    _let_go(session_id)


_Name = tuple[str, str, bool]
_COLUMNS: dict[str, tuple[Sequence[str], str]] = {
    "facts": (FACT_CATEGORIES, FactCategory.PERSONAL_INFO),
    "personality_insights": (INSIGHT_CATEGORIES, FactCategory.TRAITS),
}


def _flat(
    told: Mapping[str, Any], categories: Sequence[str], usual: str
) -> Iterator[tuple[_Name, Any]]:
    """(category, key, whether it is an entry of a list) and the value, cleaned."""
    loose = {name: value for name, value in told.items() if name not in categories}
    for category, keys in [*told.items(), (usual, loose)]:
        if category not in categories or not isinstance(keys, Mapping):
            continue
        for name, given in keys.items():
            key, is_item = clean_key(name, KEY_MAX), isinstance(given, list)
            for one in given if is_item else [given]:
                value = clean_value(one)
                if key and value is not None and not isinstance(value, list):
                    yield (category, key, is_item), value
