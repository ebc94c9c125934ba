"""What is to be digested: the messages since the last time, and the dialogues that wait."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now

from chatcore.selectors.rows import fetch_rows
from dialogues.digesters.heard import Heard
from dialogues.models import DialogueContext, DialogueMessage, MessageRole
from dialogues.selectors.messages import AFTER_SQL, BEFORE_SQL, Row, page_parameters, references_of

# A digest owed for longer than this was never announced to a worker, or waited for more to be said.
PATIENCE = timedelta(seconds=30)
HEARD_ROLES = (MessageRole.USER, MessageRole.ASSISTANT)


def rows_since(session_id: UUID, seq: int, most: int) -> Sequence[Row]:
    """The next messages, of whatever kind, in their order."""
    return fetch_rows(AFTER_SQL, page_parameters(session_id, seq, most))[:most]


def rows_between(session_id: UUID, after: int, before: int, most: int) -> Sequence[Row]:
    """The last messages between two positions, in their order."""
    rows = fetch_rows(BEFORE_SQL, page_parameters(session_id, before, most))[:most]
    return [row for row in reversed(rows) if row["seq"] > after]


def heard_in(rows: Sequence[Row]) -> list[Heard]:
    """Those of them that count: words that stand of either side, with what they quote."""
    counted = [row for row in rows if _counts(row)]
    cited = references_of([row["id"] for row in counted if row["role"] == MessageRole.ASSISTANT])
    return [_heard(row, cited.get(row["id"], ())) for row in counted]


def _counts(row: Row) -> bool:
    return (
        row["role"] in HEARD_ROLES
        and row["deleted_at"] is None
        and row["replaced_by_id"] is None
        and bool(row["content"].strip())
        and not row["error_code"]
    )


def _heard(row: Row, references: Sequence[Row]) -> Heard:
    quotes = [(r["highlighted_text"], r["chapter_number"] or 0) for r in references]
    return Heard(
        seq=row["seq"],
        role=row["role"],
        content=row["content"],
        chapter=max((chapter for _, chapter in quotes), default=0),
        quotes=[(text, chapter) for text, chapter in quotes if text],
    )


def are_unchanged(rows: Sequence[Row]) -> bool:
    """Whether the messages still say what they said when they were read."""
    versions = dict(
        DialogueMessage.objects.filter(pk__in=[row["id"] for row in rows]).values_list(
            "pk", "version"
        )
    )
    return all(versions.get(row["id"]) == row["version"] for row in rows)


def owed_digests(most: int = 1_000) -> list[UUID]:
    """Dialogues whose digest is owed and that nobody works on."""
    free = Q(digest_lease_until__isnull=True) | Q(digest_lease_until__lt=Now())
    owed = DialogueContext.objects.filter(free, digest_due_at__lt=Now() - PATIENCE)
    return list(owed.order_by("digest_due_at").values_list("session_id", flat=True)[:most])
