"""`/v1/`: the official `openai` client, unchanged, talks with a book, a character, the assistant and the
companion, and what is said is stored like any other dialogue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast
from uuid import uuid4

import httpx
import openai
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam

from chatcore.models import User
from chatcore.services.api_keys import create_key, revoke_key
from dialogues.models import Book, Character, DialogueSession, Task
from dialogues.services.sessions import delete_dialogue, end_dialogue
from tests.dialogues import lighthouse
from tests.live import Stage

pytestmark = pytest.mark.usefixtures("worker")
Message = ChatCompletionMessageParam
LAMP = "book:the-keeper-of-the-lamp"


@pytest.fixture(scope="module")
def book(stage: Stage) -> Book:
    book = lighthouse()
    Character.objects.create(book=book, name="Old Marten", persona="Says little.")
    return book


@pytest.fixture
def mira(stage: Stage, book: Book) -> Iterator[OpenAI]:
    with client_of(stage, stage.world.mira) as client:
        yield client


def client_of(stage: Stage, user: User, **how: Any) -> OpenAI:
    secret = create_key(user, name=str(uuid4())).secret
    return OpenAI(base_url=f"http://127.0.0.1:{stage.port}/v1", api_key=secret, **how)


def says(text: str) -> Message:
    return {"role": "user", "content": text}


def ours(completion: ChatCompletion) -> dict[str, Any]:
    """What a body holds beyond OpenAI's own fields."""
    return cast("dict[str, Any]", (completion.model_extra or {})["chatcore"])


def stored(completion: ChatCompletion) -> DialogueSession:
    return DialogueSession.objects.get(session_id=ours(completion)["dialogue"])


def lines_of(session: DialogueSession) -> list[tuple[str, str]]:
    return list(session.messages.order_by("seq").values_list("role", "content"))


def test_models_are_all_that_one_may_talk_with(mira: OpenAI) -> None:
    names = [model.id for model in mira.models.list()]
    character = "character:the-keeper-of-the-lamp/old-marten"
    assert names == ["assistant", "companion", LAMP, character]
    assert mira.models.retrieve(character).owned_by == "chatcore"
    with pytest.raises(openai.NotFoundError) as refused:
        mira.models.retrieve("book:nowhere")
    assert refused.value.code == "model_not_found"


def test_a_book_answers_with_its_passages(mira: OpenAI) -> None:
    answer = mira.chat.completions.create(
        model=LAMP, messages=[says("What does the brass key open?")], temperature=0.2
    )
    message = answer.choices[0].message
    assert message.content
    assert "sea chest" in message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    quoted = [reference["highlighted_text"] for reference in ours(answer)["references"]]
    assert message.annotations
    for annotation in message.annotations:
        cited = annotation.url_citation
        assert message.content[cited.start_index : cited.end_index] in quoted
        assert "/chapters/" in cited.url
    session = stored(answer)
    assert float(session.temperature) == 0.2
    assert lines_of(session)[-1] == ("assistant", message.content)


def test_a_stream_is_the_stored_answer_piece_by_piece(mira: OpenAI) -> None:
    chunks = list(
        mira.chat.completions.create(
            model=LAMP,
            messages=[says("Who rowed out alone?")],
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-1].usage
    assert chunks[-1].usage.completion_tokens > 0
    extra = next(
        (c.model_extra or {}).get("chatcore") for c in chunks if "chatcore" in (c.model_extra or {})
    )
    session = DialogueSession.objects.get(session_id=cast("dict[str, Any]", extra)["dialogue"])
    assert lines_of(session)[-1] == ("assistant", text)
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_client_that_sends_its_history_goes_on_with_its_dialogue(mira: OpenAI) -> None:
    history: list[Message] = [{"role": "system", "content": "Be brief."}]
    sessions = set()
    for question in ("Who keeps the lamp?", "How many steps are there?", "And the cat?"):
        history.append(says(question))
        answer = mira.chat.completions.create(model=LAMP, messages=history)
        history.append({"role": "assistant", "content": answer.choices[0].message.content})
        sessions.add(stored(answer))
    (session,) = sessions
    assert session.system_prompt == "Be brief."
    assert [role for role, _ in lines_of(session)] == ["user", "assistant"] * 3
    assert session.title == "Who keeps the lamp?"


def test_a_history_that_we_do_not_have_begins_a_dialogue_with_it(mira: OpenAI) -> None:
    told: list[Message] = [
        says("Who keeps the lamp?"),
        {"role": "assistant", "content": "Somebody told you this elsewhere."},
        says("Is that so?"),
    ]
    session = stored(mira.chat.completions.create(model=LAMP, messages=told))
    assert lines_of(session)[:3] == [(m["role"], m["content"]) for m in told]
    other = stored(mira.chat.completions.create(model=LAMP, messages=told[:1]))
    assert other != session, "the same first question is another dialogue"


def test_a_dialogue_can_be_named(stage: Stage, mira: OpenAI) -> None:
    first = mira.chat.completions.create(model=LAMP, messages=[says("Who keeps the lamp?")])
    name = ours(first)["dialogue"]
    by_header = mira.chat.completions.create(
        model=LAMP, messages=[says("And the cat?")], extra_headers={"X-Dialogue": name}
    )
    by_field = mira.chat.completions.create(
        model=LAMP, messages=[says("And the key?")], metadata={"dialogue": name}
    )
    assert stored(by_header) == stored(by_field) == stored(first)
    with pytest.raises(openai.BadRequestError, match="somebody else"):
        mira.chat.completions.create(
            model="assistant", messages=[says("x")], metadata={"dialogue": name}
        )
    with client_of(stage, stage.world.otto) as otto, pytest.raises(openai.NotFoundError):
        otto.chat.completions.create(model=LAMP, messages=[says("x")], metadata={"dialogue": name})


def test_a_repeated_request_is_stored_once(mira: OpenAI) -> None:
    repeat = {"Idempotency-Key": str(uuid4())}
    ask = [says("Who keeps the lamp?")]
    first = mira.chat.completions.create(model=LAMP, messages=ask, extra_headers=repeat)
    again = mira.chat.completions.create(model=LAMP, messages=ask, extra_headers=repeat)
    assert (first.id, stored(first)) == (again.id, stored(again))
    assert len(lines_of(stored(first))) == 2


def test_a_character_answers(mira: OpenAI) -> None:
    marten = "character:the-keeper-of-the-lamp/old-marten"
    answer = mira.chat.completions.create(model=marten, messages=[says("Who are you?")])
    assert stored(answer).character
    assert answer.choices[0].message.content


def test_the_assistants_tools_run_on_our_side(stage: Stage, mira: OpenAI) -> None:
    answer = mira.chat.completions.create(
        model="assistant",
        messages=[
            {"role": "user", "content": [{"type": "text", "text": "Add buy oil to my list"}]}
        ],
    )
    assert Task.objects.filter(user=stage.world.mira, title__iexact="buy oil").count() == 1
    assert answer.choices[0].message.tool_calls is None, "nothing is left for the client to run"


def test_the_companion_is_one_conversation(stage: Stage, mira: OpenAI) -> None:
    first = mira.chat.completions.create(model="companion", messages=[says("Good morning.")])
    second = mira.chat.completions.create(model="companion", messages=[says("I slept badly.")])
    assert stored(first) == stored(second)
    assert stored(first).type == "companion"


def test_ended_and_deleted_dialogues_are_not_gone_on_with(mira: OpenAI) -> None:
    for finish in (end_dialogue, delete_dialogue):
        ask = [says("Who keeps the lamp?")]
        first = mira.chat.completions.create(model=LAMP, messages=ask)
        finish(stored(first))
        reply: Message = {"role": "assistant", "content": first.choices[0].message.content}
        second = mira.chat.completions.create(model=LAMP, messages=[*ask, reply, says("More?")])
        assert stored(second) != stored(first)


def test_a_bad_key_is_refused_as_openai_would(stage: Stage, book: Book) -> None:
    made = create_key(stage.world.mira, name="short-lived")
    url = f"http://127.0.0.1:{stage.port}/v1"
    with OpenAI(base_url=url, api_key=made.secret) as client:
        assert client.models.list().data
        revoke_key(made.key)
        with pytest.raises(openai.AuthenticationError) as refused:
            client.models.list()
    assert refused.value.code == "invalid_api_key"
    assert httpx.get(f"{url}/models").json()["error"]["param"] is None


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": [says("x")]}, "model"),
        ({"model": LAMP, "messages": []}, "messages"),
        ({"model": LAMP, "messages": [{"role": "assistant", "content": "x"}]}, "messages"),
        ({"model": LAMP, "messages": [{"role": "king", "content": "x"}]}, "messages.0.role"),
        (
            {"model": LAMP, "messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
            "messages.0.content",
        ),
        ({"model": LAMP, "messages": [says("x")], "n": 2}, "n"),
        ({"model": LAMP, "messages": [says("x")], "temperature": 9}, "temperature"),
        ({"model": LAMP, "messages": [says("x" * 10_001)]}, "content"),
    ],
)
def test_what_cannot_be_asked_names_the_parameter(
    stage: Stage, mira: OpenAI, body: dict[str, Any], param: str
) -> None:
    answer = httpx.post(
        f"{mira.base_url}chat/completions",
        json=body,
        headers={"Authorization": f"Bearer {mira.api_key}"},
    )
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_bytes_that_are_no_json_are_a_bad_request(mira: OpenAI) -> None:
    for body in (b"{", b'{"model": "\\u0000"}', b"\xff", b"[" * 2000):
        answer = httpx.post(
            f"{mira.base_url}chat/completions",
            content=body,
            headers={"Authorization": f"Bearer {mira.api_key}", "Content-Type": "application/json"},
        )
        assert answer.status_code == 400, body
        assert answer.json()["error"]["type"] == "invalid_request_error"
