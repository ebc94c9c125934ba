"""References come into the table here, and only here: what is not in the passage is not kept.

The database holds the same rules (checks and a trigger on `message_references`), so that no other
door can break them; here a reference that breaks one is left out, since the answer that came with it
is still worth keeping.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog

from dialogues.models import BookPassage, MessageReference, ReferenceType

log = structlog.get_logger(__name__)

# What each type must say of its place.
_PLACE = {
    ReferenceType.CHAPTER: "chapter_number",
    ReferenceType.PAGE: "page_number",
    ReferenceType.PARAGRAPH: "paragraph_index",
}


def store_references(message_id: UUID, references: Sequence[Mapping[str, Any]]) -> int:
    """Store what a message cites, in the order of citing; how many were kept.

    `references` are columns of `MessageReference`. Refused, with a line in the log: a quotation that
    does not stand in its source, a source that does not stand in its passage, a place that is not the
    passage's, a type without its place. A similarity outside 0..1 is cut to it.
    """
    passages = _passages(references)
    kept = [one for one in references if _is_true(one, passages)]
    if len(kept) < len(references):
        refused = len(references) - len(kept)
        log.warning("references_refused", message=str(message_id), refused=refused)
    MessageReference.objects.bulk_create(
        MessageReference(message_id=message_id, position=position, **{**one, **_score(one)})
        for position, one in enumerate(kept)
    )
    return len(kept)


def _passages(references: Sequence[Mapping[str, Any]]) -> dict[UUID, BookPassage]:
    ids = {one["passage_id"] for one in references if one.get("passage_id")}
    wanted = ("text", "chapter_number", "page_number", "paragraph_index")
    return BookPassage.objects.only(*wanted).in_bulk(list(ids)) if ids else {}


def _is_true(one: Mapping[str, Any], passages: Mapping[UUID, BookPassage]) -> bool:
    source, quoted = one.get("source_text", ""), one.get("highlighted_text", "")
    place = _PLACE.get(one["reference_type"])
    if quoted not in source or (place and one.get(place) is None):
        return False
    passage_id = one.get("passage_id")
    if passage_id is None:
        return True
    passage = passages.get(passage_id)
    return passage is not None and source in passage.text and _is_there(one, passage)


def _is_there(one: Mapping[str, Any], passage: BookPassage) -> bool:
    """Whether the place that is told is the passage's own; what is not told is not wrong."""
    return all(
        one.get(name) in (None, getattr(passage, name))
        for name in ("chapter_number", "page_number", "paragraph_index")
    )


def _score(one: Mapping[str, Any]) -> dict[str, Any]:
    score = one.get("similarity_score")
    return {} if score is None else {"similarity_score": min(1.0, max(0.0, float(score)))}
