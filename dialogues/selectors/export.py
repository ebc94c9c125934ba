"""A dialogue to take away: everything of it, or its last messages."""

from collections.abc import Iterator
from typing import Any

from dialogues.models import DialogueSession, MessageRole
from dialogues.selectors.messages import MessageObject, messages_after, messages_before
from dialogues.selectors.openai_form import openai_messages
from dialogues.selectors.replacing import answers_in_place
from dialogues.selectors.sessions import dialogue_out

_PAGE = 500
_NAMES = {"user": "You", "assistant": "Answer", "system": "System", "tool": "Tool"}


def exported_messages(session: DialogueSession, last: int | None) -> list[MessageObject]:
    """The last so many messages, oldest first; all of them without a number."""
    if last is not None:
        return messages_before(session, None, last).results
    return list(_all(session))


def _all(session: DialogueSession) -> Iterator[MessageObject]:
    after, more = 0, True
    while more:
        page = messages_after(session, after, _PAGE)
        yield from page.results
        more, after = page.has_more, page.results[-1]["seq"] if page.results else 0


def as_json(session: DialogueSession, messages: list[MessageObject]) -> dict[str, Any]:
    """The dialogue object and its message objects, as the other addresses give them."""
    return {"dialogue": dialogue_out(session), "messages": messages}


def as_openai(session: DialogueSession, messages: list[MessageObject]) -> dict[str, Any]:
    """`messages` for a chat completion, the dialogue's own prompt first."""
    prompt = [{"role": "system", "content": session.system_prompt}] if session.system_prompt else []
    return {"messages": prompt + openai_messages(messages)}


def as_markdown(session: DialogueSession, messages: list[MessageObject]) -> str:
    """To read and to print: who said what and when, quotations under the answer that cites them."""
    lines = [f"# {_one_line(session.title) or 'Dialogue'}", ""]
    if session.book:
        by = f" by {session.book.author}" if session.book.author else ""
        lines += [_one_line(f"About “{session.book.title}”{by}"), ""]
    for message in answers_in_place(messages):
        if message["role"] != MessageRole.TOOL and message["content"]:
            lines += _paragraphs(message)
    return "\n".join(lines)


def _paragraphs(message: MessageObject) -> list[str]:
    said_at = message["created_at"][:16].replace("T", " ")
    quoted = [
        f"> {_one_line(row['highlighted_text'])} (chapter {row['chapter_number']}, "
        f"paragraph {row['paragraph_index']})"
        for row in message["references"]
        if row["highlighted_text"]
    ]
    cited = [*quoted, ""] if quoted else []
    return [f"**{_NAMES[message['role']]}**, {said_at}", "", message["content"], "", *cited]


def _one_line(text: str) -> str:
    return " ".join(text.split())
