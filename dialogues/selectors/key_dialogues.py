"""Which dialogue a client goes on with that sends a history and names none."""

from collections.abc import Sequence
from uuid import UUID

from chatcore.models import ApiKey
from chatcore.selectors.rows import fetch_rows
from dialogues.models import DialogueMessageRef, DialogueSession, KeyDialogue
from dialogues.selectors.messages import messages_before
from dialogues.selectors.replacing import answers_in_place

# A dialogue further back than so many others of the same key and model is begun anew.
RECENT = 50
# Of a history at most so much is compared, from its end.
COMPARED = 200
# A client may leave out the beginning of a long history; of a short one that would be guessing.
ENOUGH = 4

Said = tuple[str, str]

# The recent dialogues whose last words are the last ones that were sent.
_ENDING_SO = """
SELECT recent.session_id FROM (
  SELECT k.session_id, k.used_at FROM key_dialogues k
  JOIN dialogue_sessions s ON s.id = k.session_id AND s.status = 'active' AND s.deleted_at IS NULL
  WHERE k.api_key_id = %(key)s AND k.model = %(model)s AND s.user_id = %(user)s
  ORDER BY k.used_at DESC LIMIT %(recent)s
) recent CROSS JOIN LATERAL (
  SELECT m.role, m.content FROM dialogue_messages m
  WHERE m.session_id = recent.session_id AND m.role IN ('user', 'assistant') AND m.content <> ''
    AND m.deleted_at IS NULL AND m.replaced_by_id IS NULL
  ORDER BY m.seq DESC LIMIT 1
) last
WHERE last.role = %(role)s AND btrim(last.content, E' \\n\\r\\t') = %(content)s
ORDER BY recent.used_at DESC LIMIT 3
"""


def dialogue_continued(key: ApiKey, model: str, earlier: Sequence[Said]) -> DialogueSession | None:
    """The key's latest dialogue with this model in which just this was said: `earlier` is all of it,
    or the end of it, at least ENOUGH messages long."""
    sent = _from_the_first_question(earlier)[-COMPARED:]
    if not sent:
        return None
    role, content = sent[-1]
    values = {
        "key": key.pk,
        "model": model,
        "user": key.user_id,
        "recent": RECENT,
        "role": role,
        "content": content,
    }
    ids = [row["session_id"] for row in fetch_rows(_ENDING_SO, values)]
    found = DialogueSession.objects.in_bulk(ids)
    return next((found[pk] for pk in ids if _was_said(found[pk], sent)), None)


def dialogue_asked_before(key: ApiKey, client_ref: UUID) -> DialogueSession | None:
    """The dialogue in which this very request was stored already."""
    recent = KeyDialogue.objects.filter(api_key=key, session__deleted_at__isnull=True)
    ids = list(recent.order_by("-used_at").values_list("session_id", flat=True)[:RECENT])
    ref = DialogueMessageRef.objects.filter(
        conversation_id__in=ids, author_id=key.user_id, client_ref=client_ref
    ).first()
    return DialogueSession.objects.get(pk=ref.conversation_id) if ref else None


def _was_said(session: DialogueSession, sent: Sequence[Said]) -> bool:
    page = messages_before(session, None, COMPARED)
    stored = [
        (message["role"], message["content"].strip())
        for message in answers_in_place(page.results)
        if message["role"] in ("user", "assistant") and message["content"]
    ]
    if not page.has_more:
        stored = _from_the_first_question(stored)
    whole = len(stored) == len(sent) and not page.has_more
    return stored[-len(sent) :] == list(sent) and (whole or len(sent) >= ENOUGH)


def _from_the_first_question(said: Sequence[Said]) -> list[Said]:
    """Without a greeting, which one side may know and the other not."""
    first = next((at for at, (role, _) in enumerate(said) if role == "user"), len(said))
    return list(said[first:])
