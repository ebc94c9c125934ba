"""`/v1/` in front of a real model: it fails, its client goes away, the budget is spent."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import openai
import pytest
from openai import OpenAI
from pytest_django.fixtures import Settings

from dialogues.models import Budget, DialogueMessage
from dialogues.services import answering
from tests.live import Stage, eventually
from tests.llm_server import LlmServer
from tests.test_openai_door import client_of, ours, says

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture(scope="module")
def server() -> Iterator[LlmServer]:
    with LlmServer() as running:
        yield running


@pytest.fixture
def llm(server: LlmServer, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> LlmServer:
    server.start_over()
    settings.LLM_BASE_URL, settings.LLM_MODEL = server.base_url, "parrot"
    settings.LLM_API_KEY = server.key
    monkeypatch.setattr(answering, "BACK_OFF_SECONDS", (0.0, 0.0))
    return server


@pytest.fixture
def mira(stage: Stage) -> Iterator[OpenAI]:
    with client_of(stage, stage.world.mira) as client:
        yield client


def stored_answer(question: str) -> DialogueMessage | None:
    return DialogueMessage.objects.filter(
        reply_to_message__content=question, role="assistant"
    ).first()


def heard(mira: OpenAI, question: str) -> Iterator[str]:
    chunks = mira.chat.completions.create(model="assistant", messages=[says(question)], stream=True)
    for chunk in chunks:
        yield chunk.choices[0].delta.content or ""


def test_a_model_that_recovers_is_heard_once(mira: OpenAI, llm: LlmServer) -> None:
    llm.will_say("It is ", 0)
    llm.will_say("It is noon.")
    assert "".join(heard(mira, "What time is it?")) == "It is noon."


@pytest.mark.parametrize("steps", [(503,), ("It is half ", 0)])
def test_a_stream_of_a_model_that_fails_ends_with_its_error(
    mira: OpenAI, llm: LlmServer, steps: tuple[str | int, ...]
) -> None:
    question = f"What time is it? {len(steps)}"
    for _ in range(3):
        llm.will_say(*steps)
    with pytest.raises(openai.APIError) as failed:
        list(heard(mira, question))
    assert failed.value.code in {"llm_failed", "llm_unreachable"}
    answer = stored_answer(question)
    assert answer
    assert answer.error_code == failed.value.code
    for _ in range(3):
        llm.will_say(*steps)
    with pytest.raises(openai.InternalServerError) as whole:
        mira.chat.completions.create(model="assistant", messages=[says(f"{question} Now.")])
    assert whole.value.code == failed.value.code
    assert len(llm.requests) == 6, "the client does not repeat what we repeated already"


def test_a_client_that_goes_away_in_the_middle_finds_its_answer_stored(
    mira: OpenAI, llm: LlmServer
) -> None:
    gate = threading.Event()
    llm.will_say("Once upon ", gate, "a time.")
    stream = mira.chat.completions.create(
        model="assistant", messages=[says("A story, please.")], stream=True
    )
    assert next(c.choices[0].delta.content for c in stream if c.choices[0].delta.content)
    stream.close()
    gate.set()
    eventually(lambda: stored_answer("A story, please."), 10)
    answer = stored_answer("A story, please.")
    assert answer
    assert (answer.content, answer.error_code) == ("Once upon a time.", "")
    again = mira.chat.completions.create(
        model="assistant",
        messages=[says("A story, please."), {"role": "assistant", "content": answer.content},
                  says("And then?")],
    )  # fmt: skip
    assert ours(again)["dialogue"] == answer.session.session_id, "it is gone on with"


def test_a_spent_budget_is_an_insufficient_quota(
    stage: Stage, mira: OpenAI, llm: LlmServer
) -> None:
    Budget.objects.create(user=stage.world.mira, session_tokens=20_000)
    llm.usage = (20_000, 30)
    try:
        first = mira.chat.completions.create(model="assistant", messages=[says("Cheap?")])
        history = [says("Cheap?"), says("Still?")]
        for stream in (False, True):
            with pytest.raises(openai.RateLimitError) as refused:
                mira.chat.completions.create(
                    model="assistant",
                    messages=history,
                    stream=stream,
                    metadata={"dialogue": ours(first)["dialogue"]},
                )
            assert (refused.value.status_code, refused.value.code) == (429, "insufficient_quota")
            assert refused.value.type == "insufficient_quota"
    finally:
        Budget.objects.all().delete()
    assert len(llm.requests) == 1, "nothing was asked of the model, and nothing repeated"
