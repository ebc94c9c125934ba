"""What the page of a dialogue shows: its messages as lines, and what stands around them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from chatcore.ids import uuid7
from chatcore.pages import Citation, Line, PageRequest, is_past, place_in, with_followers
from dialogues.models import DialogueSession, MessageFeedback, SavedDialogue
from dialogues.selectors.facts import panel_facts
from dialogues.selectors.feedback import verdicts_on
from dialogues.selectors.memory import shown_chapters
from dialogues.selectors.messages import MessageObject, message_page
from dialogues.selectors.saved import owner_name, saved_of
from dialogues.selectors.sessions import is_long
from dialogues.selectors.turns import open_turns
from dialogues.shelf import answerer_name, composer_label, dialogue_title

PAGE_LENGTH = 50
# A system prompt or a tool's answer is for the model, not for the reader.
SHOWN_ROLES = ("user", "assistant")
# The key of a line whose message a stranger is not told.
NOBODYS = UUID(int=0)


def thread(request: PageRequest, session: DialogueSession) -> dict[str, Any]:
    """Everything one page of a dialogue shows."""
    # Asked before the messages are read: an answer stored in between must leave a page that looks
    # again, not one without the answer that waits for nothing.
    answering = open_turns(session.pk) > 0
    place = place_in(request, session.last_seq, PAGE_LENGTH)
    history = message_page(session, place, snapshots=False)
    past = is_past(request, place, session.last_seq)
    first_seq = history.results[0]["seq"] if history.results else 0
    verdicts = verdicts_on(request.user.pk, [UUID(one["id"]) for one in history.results])
    lines = lines_of(session, history.results, request.user.shown_name, verdicts)
    return {
        "topic": f"dialogue:{session.pk}",
        "conversation": session,
        "title": dialogue_title(session),
        "answerer": answerer_name(session),
        "lines": lines,
        "message_footer": "_answer.html",
        "unanswered": "" if past else unanswered(history.results),
        "suggestions": _suggestions(session, lines),
        "suggestion_ref": uuid7(),
        "saved": saved_of(request.user, session),
        "ratings": range(1, 6),
        "earlier_url": f"?before={first_seq}" if first_seq > 1 else "",
        "later_url": request.path if past else "",
        "is_long": is_long(session),
        "memory": panel_of(session) if "memory" in request.GET else None,
        "answering": answering,
        "send_url": reverse("dialogue_ask", args=[session.pk]),
        "new_ref": uuid7(),
        "composer_label": composer_label(session),
        "composer_closed": session.status == "ended",
    }


def _suggestions(session: DialogueSession, lines: list[Line]) -> list[str]:
    """The template's questions, until the first one is asked."""
    begun = session.status != "active" or any(line.mine for line in lines)
    return [] if begun or session.template is None else session.template.suggested_questions


def lines_of(
    session: DialogueSession,
    messages: list[MessageObject],
    my_name: str,
    verdicts: Mapping[str, MessageFeedback],
) -> list[Line]:
    """`verdicts`: what I thought of the answers among them, by message."""
    names = {"user": my_name, "assistant": answerer_name(session)}
    shown = (message for message in messages if message["role"] in SHOWN_ROLES)
    return with_followers(
        _line(
            session,
            message,
            names[message["role"]],
            _footer(session, message, verdicts.get(message["id"])),
        )
        for message in shown
    )


def public_lines(saved: SavedDialogue, messages: Sequence[Mapping[str, Any]]) -> list[Line]:
    """A public dialogue's messages: nobody who reads them said any."""
    names = {"user": owner_name(saved), "assistant": answerer_name(saved.session)}
    return with_followers(
        Line(
            id=NOBODYS,
            seq=message["seq"],
            author=names[message["role"]],
            mine=False,
            kind=message["role"],
            content=message["content"],
            created_at=datetime.fromisoformat(message["created_at"]),
            edited=bool(message["edited_at"]),
            citations=[
                _citation(saved.session.book_id, row, message["content"])
                for row in message["references"]
            ],
        )
        for message in messages
    )


def _footer(
    session: DialogueSession, message: MessageObject, given: MessageFeedback | None
) -> dict[str, str]:
    """What `_answer.html` shows below an answer; a template's greeting answers nothing. answer.js
    says the same."""
    answers = message["role"] == "assistant" and message["reply_to_message"]
    if not answers or message["deleted_at"]:
        return {}
    return {
        "replaced": "replaced" if message["replaced_by"] else "",
        "again_url": reverse("dialogue_again", args=[session.pk, message["id"]]),
        "again_label": "Try again" if message["error_code"] else "Answer again",
        "spent": spent(message),
        "feedback_url": reverse("message_feedback", args=[session.pk, message["id"]]),
        "verdict": given.feedback_type if given else "",
        "feedback_text": given.feedback_text if given else "",
    }


def spent(message: Mapping[str, Any]) -> str:
    """What an answer took, in a few quiet words; nothing where it took nothing."""
    if not message["tokens_used"]:
        return ""
    tokens = f"{message['tokens_used']:,} tokens"
    return f"{tokens} · ${message['cost']:.4f}" if message["cost"] else tokens


def unanswered(messages: Sequence[MessageObject]) -> str:
    """The id of a last question that got no answer: it was called off before a word was said."""
    last = messages[-1] if messages else None
    return last["id"] if last and last["role"] == "user" and not last["deleted_at"] else ""


def _line(
    session: DialogueSession, message: MessageObject, author: str, extra: Mapping[str, Any]
) -> Line:
    return Line(
        id=UUID(message["id"]),
        seq=message["seq"],
        author=author,
        mine=message["role"] == "user",
        kind=message["role"],
        content=message["content"],
        created_at=datetime.fromisoformat(message["created_at"]),
        edited=bool(message["edited_at"]),
        deleted=bool(message["deleted_at"]),
        state=_state(message),
        citations=[
            _citation(session.book_id, row, message["content"]) for row in message["references"]
        ],
        extra=extra,
    )


def _state(message: MessageObject) -> str:
    """What became of an answer that is not whole; dialogue.js says the same."""
    return message["error_message"] or ("Stopped" if message["error_code"] == "cancelled" else "")


def _citation(book_id: UUID | None, reference: Mapping[str, Any], content: str) -> Citation:
    chapter, paragraph = reference["chapter_number"], reference["paragraph_index"]
    quote = reference["highlighted_text"] or reference["source_text"]
    leads = book_id and chapter is not None
    return Citation(
        url=f"{reverse('chapter', args=[book_id, chapter])}#p{paragraph or 1}" if leads else "",
        place=_place(reference),
        quote=quote,
        inline=bool(quote) and quote in content,
    )


def _place(reference: Mapping[str, Any]) -> str:
    """What a citation is called; dialogue.js says the same."""
    chapter = reference["chapter_number"]
    match reference["reference_type"]:
        case "character_memory" if reference["passage"] is None:
            return "Remembered"
        case "chapter":
            return f"Chapter {chapter}" if chapter else "Front matter"
        case "page":
            return f"Page {reference['page_number']}"
    where = f"Chapter {chapter}" if chapter else "Front matter"
    return f"{where}, paragraph {reference['paragraph_index']}"


def panel_of(session: DialogueSession) -> dict[str, Any]:
    """What `web/_memory.html` shows."""
    context = getattr(session, "context", None)
    return {
        "conversation": session,
        "kept": context,
        "chapters": shown_chapters(context) if context else [],
        "facts": panel_facts(session.pk),
    }
