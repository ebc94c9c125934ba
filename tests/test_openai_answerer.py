"""The OpenAI-compatible answerer, against a real server that speaks the protocol."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.answerers.openai_compatible import Endpoint, OpenAICompatible
from dialogues.answerers.port import (
    AnswererError,
    Citation,
    Delta,
    Finished,
    Question,
    Said,
    Usage,
)
from dialogues.answerers.quote_gate import QuoteGate
from dialogues.answerers.registry import answerer_for
from dialogues.answerers.tokens import tokens_of
from dialogues.models import Book
from dialogues.selectors.passages import FoundPassage, passages_about
from dialogues.services.books import import_book
from dialogues.services.characters import put_character
from tests.books import GUTENBERG
from tests.llm_server import LlmServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def tin() -> Book:
    return import_book(GUTENBERG.encode(), "tin.txt").book


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with LlmServer() as server:
        yield server


def ask(server: LlmServer, question: Question, **endpoint: Any) -> list[Any]:
    chosen = {"api_key": server.key, "model": "tiny", **endpoint}
    return list(OpenAICompatible(Endpoint(server.base_url, **chosen)).answer(question))


def text_of(pieces: list[Any]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Delta))


def citations_of(pieces: list[Any]) -> list[Citation]:
    return [piece for piece in pieces if isinstance(piece, Citation)]


def test_it_streams_and_tells_model_and_tokens(server: LlmServer) -> None:
    server.pieces = ["Good", " day", "."]
    pieces = ask(server, Question("Hello?", temperature=0.3))

    assert [p.text for p in pieces if isinstance(p, Delta)] == ["Good", " day", "."]
    counted, told = (piece for piece in pieces if isinstance(piece, Usage))
    assert (counted.estimated, told) == (True, Usage("tiny", prompt=120, completion=30))
    assert pieces[-1] == Finished("tiny", metadata={"finish_reason": "stop"})
    (sent,) = server.requests
    assert (sent["path"], sent["temperature"], sent["stream"]) == (
        "/v1/chat/completions",
        0.3,
        True,
    )


def test_the_first_piece_arrives_before_the_last_is_made(server: LlmServer) -> None:
    server.pieces, server.hang_after = ["One.", " Two."], 1
    endpoint = Endpoint(server.base_url, server.key, "tiny")
    pieces = OpenAICompatible(endpoint).answer(Question("Count!"))

    assert isinstance(next(pieces), Usage)
    assert next(pieces) == Delta("One.")
    server.released.set()
    assert next(pieces) == Delta(" Two.")


def test_the_model_gets_numbered_passages_and_the_rules(server: LlmServer, tin: Book) -> None:
    ask(server, Question("What did they pay at the lock?", book=tin))

    system = server.requests[0]["messages"][0]["content"]
    assert "“The Tin Boat and Other Vessels” by Nora Quill" in system
    assert "[1] (chapter 2, paragraph 2) They paid the toll" in system
    assert "Never invent a quotation" in system


def test_a_quotation_that_stands_in_its_source_is_cited(server: LlmServer, tin: Book) -> None:
    server.pieces = [
        "They paid “with ele",
        "ven but",
        "tons",
        "” [",
        "1",
        "], so",
        " says the book.",
    ]
    pieces = ask(server, Question("What did they pay at the lock?", book=tin))

    assert text_of(pieces) == "They paid “with eleven buttons” [1], so says the book."
    (citation,) = citations_of(pieces)
    assert citation.highlighted_text == "with eleven buttons"
    assert (citation.chapter_number, citation.paragraph_index) == (2, 2)
    assert citation.highlighted_text in citation.source_text


def test_an_invented_quotation_loses_its_marks_and_its_number(server: LlmServer, tin: Book) -> None:
    server.pieces = [
        "It says ",
        '"with twelve ',
        'shillings" [1]',
        " and “with eleven buttons” [99].",
    ]
    pieces = ask(server, Question("What did they pay at the lock?", book=tin))

    assert text_of(pieces) == "It says with twelve shillings and with eleven buttons."
    assert citations_of(pieces) == []


def test_numbers_lead_to_the_answers_own_citations(server: LlmServer, tin: Book) -> None:
    asked = "What did they pay at the lock? Does the Walrus leak on Sundays?"
    sources = [passage.text for passage in passages_about(asked, [tin], limit=12)]
    sundays, buttons = (
        next(n for n, text in enumerate(sources, start=1) if words in text)
        for words in ("Only on Sundays", "with eleven buttons")
    )
    server.pieces = list(
        f"No [{len(sources)}]. “Only on Sundays” [{sundays}], “with eleven buttons” [{buttons}]. "
        f"See [{buttons}], [99] and [x] or [{sundays}]."
    )
    assert len(sources) not in {sundays, buttons}, "premise"
    pieces = ask(server, Question(asked, book=tin))

    quotes = [citation.highlighted_text for citation in citations_of(pieces)]
    assert quotes == ["Only on Sundays", "with eleven buttons"]
    assert text_of(pieces) == (
        "No. “Only on Sundays” [1], “with eleven buttons” [2]. See [2], and [x] or [1]."
    )


def test_marks_that_cite_nothing_pass(server: LlmServer, tin: Book) -> None:
    server.pieces = list('“Ahoy,” I said. "Never" again; an “open one')
    pieces = ask(server, Question("Ahoy?", book=tin))

    assert text_of(pieces) == '“Ahoy,” I said. "Never" again; an “open one'


def test_a_character_speaks_with_its_persona(server: LlmServer, tin: Book) -> None:
    pim = put_character(tin, {"name": "Pim", "persona": "You bail on Sundays."})
    ask(server, Question("Who are you?", book=tin, character=pim))

    system = server.requests[0]["messages"][0]["content"]
    assert "You are Pim" in system
    assert "You bail on Sundays." in system


def test_the_dialogues_own_prompt_and_model_win(server: LlmServer, tin: Book) -> None:
    question = Question("Hm?", book=tin, system_prompt="Answer in verse.", model_name="large")
    pieces = ask(server, question)

    assert server.requests[0]["messages"][0]["content"].startswith("Answer in verse.")
    assert (server.requests[0]["model"], pieces[-1].model_used) == ("large", "large")


def test_nothing_of_later_chapters_is_sent(server: LlmServer, tin: Book) -> None:
    question = "Where is the harbour with a library?"
    ask(server, Question(question, book=tin))
    ask(server, Question(question, book=tin, current_chapter=2))

    everything, read = (request["messages"][0]["content"] for request in server.requests)
    assert "bottle of green glass" in everything, "premise"
    assert "bottle of green glass" not in read
    assert "has read up to chapter 2" in read


def test_the_prompt_keeps_within_the_context_window(server: LlmServer, tin: Book) -> None:
    history = [Said("user" if n % 2 else "assistant", f"{n}: " + "words " * 60) for n in range(20)]
    ask(server, Question("What did they pay?", book=tin, history=history, context_window=700))

    (sent,) = server.requests
    tokens = sum(tokens_of(message["content"]) for message in sent["messages"])
    assert tokens + sent["max_tokens"] <= 700
    kept = [message["content"] for message in sent["messages"][1:-1]]
    assert kept == [said.content for said in history][-len(kept) :], "the newest, in order"
    assert kept


@pytest.mark.parametrize(
    ("script", "code", "retryable"),
    [
        ({"status": 500}, "llm_failed", True),
        ({"status": 503}, "llm_failed", True),
        ({"status": 429}, "llm_rate_limited", True),
        ({"status": 400}, "llm_bad_request", False),
        ({"status": 404}, "llm_unknown_model", False),
        ({"key": "another"}, "llm_refused_key", False),
        ({"pieces": ["Half", "whole"], "cut_after": 1}, "llm_unreachable", True),
        ({"pieces": ["Half", "whole"], "fail_after": 1}, "llm_failed", True),
        ({"pieces": ["", " "]}, "llm_empty", True),
    ],
)
def test_what_goes_wrong_has_a_name_and_says_whether_to_try_again(
    server: LlmServer, script: dict[str, Any], code: str, retryable: bool
) -> None:
    for name, value in script.items():
        setattr(server, name, value)

    with pytest.raises(AnswererError) as caught:
        ask(server, Question("?"), api_key="test-key")

    assert (caught.value.code, caught.value.retryable) == (code, retryable)
    assert "test-key" not in caught.value.detail


def test_a_server_that_falls_silent_times_out(server: LlmServer) -> None:
    server.pieces, server.hang_after = ["One. ", "Two."], 1
    started = time.monotonic()

    with pytest.raises(AnswererError) as caught:
        ask(server, Question("?"), silence_seconds=0.3)

    assert (caught.value.code, caught.value.retryable) == ("llm_timeout", True)
    assert time.monotonic() - started < 5


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with LlmServer() as gone:
        pass

    with pytest.raises(AnswererError) as caught:
        ask(gone, Question("?"))

    assert caught.value.code == "llm_unreachable"
    assert "127.0.0.1" not in caught.value.detail, "readers see it"


def test_it_is_chosen_when_a_model_is_configured(settings: Any, server: LlmServer) -> None:
    settings.LLM_BASE_URL, settings.LLM_MODEL = server.base_url, "tiny"
    settings.LLM_API_KEY = server.key

    assert isinstance(answerer_for(Question("?")), OpenAICompatible)
    assert text_of(list(answerer_for(Question("?")).answer(Question("?")))) == "Hello."
    librarian = answerer_for(Question("?", model_name="librarian"))
    assert not isinstance(librarian, OpenAICompatible)


_TOKENS = ["“", "”", '"', "[1]", "[", "1", "]", " ", "never", "always", ".", "heron", "\n"]


@given(st.lists(st.sampled_from(_TOKENS), max_size=30), st.data())
def test_what_is_shown_does_not_depend_on_how_it_came_in_pieces(
    tokens: list[str], data: st.DataObject
) -> None:
    text = "".join(tokens)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pieces = [text[a:b] for a, b in pairwise([0, *cuts, len(text)])]

    assert _through_the_gate(pieces) == _through_the_gate([text])


def _through_the_gate(pieces: list[str]) -> tuple[str, list[str]]:
    source = FoundPassage(UUID(int=1), UUID(int=2), 1, 1, 1, 1, "", '“never” and "always"', 0.5)
    gate = QuoteGate([source])
    out = [one for piece in pieces for one in gate.take(piece)] + list(gate.end())
    citations = citations_of(out)
    assert all(citation.highlighted_text in citation.source_text for citation in citations)
    return text_of(out), [citation.highlighted_text for citation in citations]
