"""Which dialogue an old conversation goes into.

A dialogue takes messages only at its end, or its order would be a lie. So a conversation of seed 001
becomes its person's companion where that is new, still empty, or older than all that comes; and what is
older than the last word here goes into an archived dialogue beside it. Nothing is moved or numbered
again, and nothing is lost.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

import pgtrigger
from django.db import connection
from django.db.models import ForeignObjectRel
from django.utils import timezone

from chatcore.errors import Invalid
from chatcore.ids import public_code, uuid7
from dialogues.legacy.records import LegacyConversation, LegacyMessage
from dialogues.legacy.report import Report
from dialogues.models import (
    DialogueContext,
    DialogueSession,
    DialogueStatus,
    DialogueType,
    LegacyKind,
    MessageRole,
)
from dialogues.models.sessions import COMPANION_TITLE as COMPANION
from dialogues.services.changes import change
from dialogues.services.content import title_from
from dialogues.services.legacy_keys import Key, fingerprint, known_keys, remember_keys
from dialogues.services.legacy_rows import insert_as_they_are
from dialogues.services.personality import changed_personality

_TITLE_MOST = 500
_BESIDE = "Earlier conversation"
_COPY = """
INSERT INTO dialogue_sessions
SELECT (jsonb_populate_record(s, %s::jsonb)).* FROM dialogue_sessions s WHERE s.id = %s"""


@dataclass(slots=True)
class Places:
    """`prepare` locks what a batch may touch, `find` answers per conversation, `store` writes. A dry
    run remembers what it would have made instead."""

    source: str
    report: Report
    dry_run: bool = False
    made: int = 0
    _known: dict[str, tuple[UUID, UUID]] = field(default_factory=dict)
    _sessions: dict[UUID, DialogueSession] = field(default_factory=dict)
    _companions: dict[UUID, DialogueSession] = field(default_factory=dict)
    _new: list[DialogueSession] = field(default_factory=list)
    _keys: list[Key] = field(default_factory=list)

    def prepare(self, wanted: Sequence[tuple[LegacyConversation, UUID]]) -> None:
        """Read and lock the dialogues that these conversations may go into."""
        if not self.dry_run:
            self._known, self._sessions, self._companions = {}, {}, {}
        self._new, self._keys = [], []
        keys = [conversation.key for conversation, _ in wanted]
        self._known |= known_keys(self.source, LegacyKind.DIALOGUE, keys)
        self._lock([ours for _, ours in self._known.values()])
        owners = [owner for conversation, owner in wanted if conversation.companion]
        companions = DialogueSession.objects.filter(
            user_id__in=owners, type=DialogueType.COMPANION
        ).order_by("id")
        for session in companions if self.dry_run else companions.select_for_update(no_key=True):
            self._companions.setdefault(session.user_id, session)
            self._sessions.setdefault(session.pk, session)

    def find(
        self, conversation: LegacyConversation, owner: UUID, messages: Sequence[LegacyMessage]
    ) -> UUID | None:
        """The dialogue's id; None, reported, where the messages are not to be stored."""
        first = messages[0].at if messages else None
        known = self._known.get(conversation.key)
        if known and known[0] != fingerprint(conversation.owner):
            self._skip("other_record", conversation, messages)
            return None
        if known and not messages:
            return None  # it came before
        session = self._sessions.get(known[1]) if known else None
        if known and (session is None or session.deleted_at):
            self._skip("deleted_here", conversation, messages)
            return None
        if session is None and conversation.companion:
            session = self._companion(conversation, owner, first)
        if session is None:
            session = self._make(conversation, owner, messages)
        elif not _fits(session, first):
            session = self._beside(conversation, owner, messages)
        if conversation.key not in self._known:
            self._register(conversation.key, conversation.owner, session, owner)
        if messages:  # so that the next portion of this batch, or of a dry run, sees it
            session.last_message_at = messages[-1].at
        return session.pk

    def store(self) -> None:
        """The new dialogues, and the memory of them."""
        contexts = [
            DialogueContext(session=new, created_at=new.created_at, updated_at=new.created_at)
            for new in self._new
        ]
        insert_as_they_are(self._new)
        insert_as_they_are(contexts)
        remember_keys(self.source, LegacyKind.DIALOGUE, self._keys)

    def _lock(self, ids: Sequence[UUID]) -> None:
        found = DialogueSession.objects.filter(pk__in=ids).order_by("id")
        for session in found if self.dry_run else found.select_for_update(no_key=True):
            self._sessions.setdefault(session.pk, session)

    def _companion(
        self, conversation: LegacyConversation, owner: UUID, first: datetime | None
    ) -> DialogueSession | None:
        """The person's own one; where nothing was said in it, it becomes as old as what comes."""
        session = self._companions.get(owner)
        if session and first and session.last_message_at is None:
            self._age(session, first)
        if session and not session.personality_settings:
            session.personality_settings = self._personality(conversation)
            if session.personality_settings and not self.dry_run:
                change(session.pk, personality_settings=session.personality_settings)
        return session

    def _personality(self, conversation: LegacyConversation) -> dict[str, Any]:
        """Those of their settings that are settings here, too."""
        kept: dict[str, Any] = {}
        for name, value in conversation.personality_settings.items():
            try:
                kept = changed_personality(kept, {name: value})
            except Invalid:
                told = f"{name}: {value}"
                self.report.change("personality", conversation.place, conversation.key, told)
        return kept

    def _beside(
        self, conversation: LegacyConversation, owner: UUID, messages: Sequence[LegacyMessage]
    ) -> DialogueSession:
        """An archived dialogue that takes them; in the rarest case the second, or third, of its kind."""
        first = messages[0].at if messages else None
        for number in count(2):
            key = f"{conversation.key}#{number}"
            self._known |= known_keys(self.source, LegacyKind.DIALOGUE, [key])
            known = self._known.get(key)
            if known is None:
                break
            self._lock([known[1]])
            session = self._sessions.get(known[1])
            if session and not session.deleted_at and _fits(session, first):
                return session
        detail = f"from {first:%Y-%m-%d} on" if first else ""
        self.report.change("other_dialogue", conversation.place, conversation.key, detail)
        session = self._make(conversation, owner, messages, beside=True)
        self._register(key, conversation.owner, session, owner)
        return session

    def _make(
        self,
        conversation: LegacyConversation,
        owner: UUID,
        messages: Sequence[LegacyMessage],
        *,
        beside: bool = False,
    ) -> DialogueSession:
        now = timezone.now()
        times = [conversation.created_at, messages[0].at if messages else None]
        born = min(now, *(at for at in times if at))
        companion = conversation.companion and not beside
        session = DialogueSession(
            id=uuid7(born),
            user_id=owner,
            type=DialogueType.COMPANION if companion else DialogueType.ASSISTANT,
            title=_title(conversation, messages, beside=beside),
            status=DialogueStatus.ARCHIVED
            if beside or conversation.archived
            else DialogueStatus.ACTIVE,
            conversation_summary=conversation.summary,
        )
        session.session_id = public_code("dlg", session.pk)
        session.created_at = born
        session.updated_at = min(conversation.updated_at or born, now)
        self._new.append(session)
        self._sessions[session.pk] = session
        if companion:
            session.title = session.title or COMPANION
            session.personality_settings = self._personality(conversation)
            self._companions[owner] = session
        self.made += 1
        return session

    def _register(self, key: str, legacy_owner: str, session: DialogueSession, owner: UUID) -> None:
        print_ = fingerprint(legacy_owner)
        self._known[key] = (print_, session.pk)
        self._keys.append(Key(key, print_, session.pk, owner))

    def _age(self, session: DialogueSession, first: datetime) -> None:
        """Give an empty dialogue the id of an older one: pages of history begin at the id's time.
        What points at it follows; the keys are checked at the end of the transaction."""
        older = uuid7(first)
        if session.pk.int <= older.int:
            return
        if not self.dry_run:
            _rename(session.pk, older, first)
        self._sessions.pop(session.pk, None)
        session.pk = older
        self._sessions[older] = session

    def _skip(
        self, reason: str, conversation: LegacyConversation, messages: Sequence[LegacyMessage]
    ) -> None:
        detail = f"{len(messages)} messages"
        self.report.skip(
            reason, conversation.place, conversation.key, detail, max(1, len(messages))
        )


def _rename(before: UUID, older: UUID, first: datetime) -> None:
    """The same row under another id. Not every key that points at it may wait for the end of the
    transaction, so there is a copy for a moment, which is no second companion."""
    changed = {
        "id": str(older),
        "session_id": public_code("dlg", older),
        "created_at": first.isoformat(),
        "type": DialogueType.ASSISTANT,
    }
    with connection.cursor() as cursor, pgtrigger.ignore():
        cursor.execute(_COPY, [json.dumps(changed), before])
        for relation in DialogueSession._meta.get_fields(include_hidden=True):
            if isinstance(relation, ForeignObjectRel):
                table, column = relation.field.model._meta.db_table, relation.field.column
                cursor.execute(
                    f"UPDATE {table} SET {column} = %s WHERE {column} = %s",  # noqa: S608
                    [older, before],
                )
        cursor.execute("DELETE FROM dialogue_sessions WHERE id = %s", [before])
        cursor.execute(
            "UPDATE dialogue_sessions SET type = %s WHERE id = %s", [DialogueType.COMPANION, older]
        )


def _fits(session: DialogueSession, first: datetime | None) -> bool:
    """Whether what begins at `first` comes after all that was said there."""
    last = session.last_message_at
    return not session.deleted_at and (first is None or last is None or last <= first)


def _title(
    conversation: LegacyConversation, messages: Sequence[LegacyMessage], *, beside: bool
) -> str:
    """Theirs, or one made of the first thing that the person said."""
    asked = (m.content for m in messages if m.role == MessageRole.USER and m.content.strip())
    title = " ".join(conversation.title.split())
    if not title and not conversation.companion:
        title = title_from(next(asked, ""))
    return (f"{_BESIDE}: {title}" if beside and title else title or (_BESIDE * beside))[
        :_TITLE_MOST
    ]
