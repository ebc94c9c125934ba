"""Storing old conversations: through the append, some thousand messages a transaction.

Each batch is planned and, unless it is a dry run, stored in one transaction together with the keys of
its records. So a run that was killed goes on where the last commit stands, and a second run finds
everything there. What a dry run tells is the same plan, without the storing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import pghistory
from django.db import transaction
from django.utils import timezone

from chatcore.ids import uuid7
from chatcore.partitions.months import Month
from chatcore.partitions.tables import create_months, partitions_of
from chatcore.services.append import Draft, append
from dialogues.legacy.records import LegacyConversation, LegacyMessage
from dialogues.legacy.report import Report
from dialogues.legacy.staging import Staging
from dialogues.legacy.values import FUTURE_SLACK
from dialogues.models import DialogueMessage, LegacyKind
from dialogues.services.legacy_keys import Key, known_keys, remember_keys
from dialogues.services.legacy_messages import drafts_of, fingerprint_of
from dialogues.services.legacy_people import People
from dialogues.services.legacy_places import Places
from dialogues.services.timeline import DIALOGUE_TIMELINE

BATCH = 2_000
Progress = Callable[[int], None]


@dataclass(slots=True)
class Imported:
    """What came along, or in a dry run would."""

    dialogues: int = 0
    messages: int = 0
    # Messages as stored: a long one has several parts.
    stored: int = 0
    tasks: int = 0
    memories: int = 0
    already: int = 0
    months: list[str] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Portion:
    """A stretch of one conversation, as much of it as fits a batch."""

    conversation: LegacyConversation
    messages: Sequence[LegacyMessage]


@dataclass(slots=True)
class Importer:
    """One source's way into our tables."""

    source: str
    people: People
    report: Report
    dry_run: bool = False
    progress: Progress = lambda _done: None
    imported: Imported = field(default_factory=Imported)
    _months: set[Month] = field(default_factory=set)
    _places: Places = field(init=False)

    def __post_init__(self) -> None:
        self._places = Places(self.source, self.report, dry_run=self.dry_run)
        self._months = {p.month for p in partitions_of(DialogueMessage) if p.month}

    def conversations(self, staging: Staging) -> None:
        """All dialogues and their messages. Committed batch by batch."""
        with pghistory.context(source="import_legacy", name=self.source):
            for batch in _batches(self._portions(staging)):
                self._take(batch)
                self.progress(sum(len(portion.messages) for portion in batch))

    def _portions(self, staging: Staging) -> Iterator[Portion]:
        now = timezone.now()
        for key, given in staging.conversations():
            otherwise = (given and given.created_at) or now
            messages = staging.messages(key, min(otherwise, now), self.report)
            held: list[LegacyMessage] = []
            conversation = given
            began = False
            for message in messages:
                conversation = conversation or self._made_up(key, message)
                held.append(message)
                if len(held) == BATCH:
                    yield Portion(conversation, held)
                    held, began = [], True
            if conversation and (held or not began):
                yield Portion(conversation, held)

    def _made_up(self, key: str, message: LegacyMessage) -> LegacyConversation:
        """For messages whose conversation has no row: 001's older table never had any."""
        companion = bool(message.origin)
        if not companion:
            self.report.change("no_conversation", message.place, key)
        return LegacyConversation(key, message.owner, message.place, companion=companion)

    def _take(self, batch: Sequence[Portion]) -> None:
        keys = [message.key for portion in batch for message in portion.messages]
        known = known_keys(self.source, LegacyKind.MESSAGE, keys)
        fresh = [found for portion in batch if (found := self._fresh(portion, known))]
        self._make_months(fresh)
        if self.dry_run:
            self._plan(fresh)
        else:
            with transaction.atomic():
                self._store(fresh, known)

    def _fresh(
        self, portion: Portion, known: dict[str, tuple[UUID, UUID]]
    ) -> tuple[Portion, UUID] | None:
        """What of a portion is to be stored, and whose it is."""
        conversation = portion.conversation
        owner = self.people.account(conversation.owner)
        if isinstance(owner, str):
            count = max(1, len(portion.messages))
            detail = f"{conversation.owner}: {len(portion.messages)} messages"
            self.report.skip(owner, conversation.place, conversation.key, detail, count)
            return None
        messages = [message for message in portion.messages if self._is_fresh(message, known)]
        if portion.messages and not messages:
            return None
        return Portion(conversation, messages), owner

    def _is_fresh(self, message: LegacyMessage, known: dict[str, tuple[UUID, UUID]]) -> bool:
        reason = ""
        if not message.content.strip() and not message.tool_calls:
            reason = "empty"
        elif message.at and message.at > timezone.now() + FUTURE_SLACK:
            reason = "in_the_future"
        elif message.key in known:
            if known[message.key][0] == fingerprint_of(message):
                self.imported.already += 1
                return False
            reason = "other_record"
        if reason:
            self.report.skip(reason, message.place, message.key)
        else:  # the same key may stand twice in one file
            known[message.key] = (fingerprint_of(message), uuid7())
        return not reason

    def _make_months(self, fresh: Sequence[tuple[Portion, UUID]]) -> None:
        """Before the transaction that needs them: making one locks the table for a moment."""
        wanted = {
            Month.of(message.at)
            for portion, _ in fresh
            for message in portion.messages
            if message.at
        }
        if missing := sorted(wanted - self._months):
            if not self.dry_run:
                create_months(DialogueMessage, missing)
            self.imported.months += [month.label for month in missing]
            self._months |= set(missing)

    def _plan(
        self, fresh: Sequence[tuple[Portion, UUID]]
    ) -> list[tuple[LegacyMessage, Draft, UUID]]:
        """Find each portion its dialogue and turn its messages into drafts."""
        self._places.prepare([(portion.conversation, owner) for portion, owner in fresh])
        planned: list[tuple[LegacyMessage, Draft, UUID]] = []
        for portion, owner in fresh:
            session = self._places.find(portion.conversation, owner, portion.messages)
            if session is None:
                continue
            for message in portion.messages:
                drafts = list(drafts_of(message, session, owner, self.source))
                if len(drafts) > 1:
                    detail = f"{len(drafts)} messages"
                    self.report.change("parts", message.place, message.key, detail)
                planned += [(message, draft, owner) for draft in drafts]
                self._count(message, len(drafts))
        self.imported.dialogues = self._places.made
        return planned

    def _store(
        self, fresh: Sequence[tuple[Portion, UUID]], known: dict[str, tuple[UUID, UUID]]
    ) -> None:
        planned = self._plan(fresh)
        self._places.store()
        stored = append(DIALOGUE_TIMELINE, [draft for _, draft, _ in planned])
        keys: dict[str, Key] = {}
        for (message, _, owner), appended in zip(planned, stored, strict=True):
            if appended.refused:
                raise appended.refused
            key = Key(message.key, known[message.key][0], appended.id, owner)
            keys.setdefault(message.key, key)
        remember_keys(self.source, LegacyKind.MESSAGE, list(keys.values()))

    def _count(self, message: LegacyMessage, stored: int) -> None:
        self.imported.messages += 1
        self.imported.stored += stored
        if at := message.at:
            self.imported.first = min(self.imported.first or at, at)
            self.imported.last = max(self.imported.last or at, at)


def _batches(portions: Iterator[Portion]) -> Iterator[list[Portion]]:
    batch: list[Portion] = []
    held = 0
    for portion in portions:
        batch.append(portion)
        held += len(portion.messages) + 1  # a dialogue costs about as much as a message
        if held >= BATCH:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch
