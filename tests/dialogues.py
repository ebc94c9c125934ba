"""Dialogues for tests: a small book, a real worker, and HTTP at a running server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from celery.contrib.testing.worker import start_worker

from chatcore.models import User
from config.celery import app
from dialogues.digesters.port import Learned
from dialogues.models import (
    Book,
    DialogueMessage,
    DialogueSession,
    DialogueTemplate,
    FactCategory,
    RememberedFact,
)
from dialogues.services.answering import answer_next
from dialogues.services.books import import_book
from dialogues.services.facts import learn_facts
from dialogues.services.sessions import create_dialogue
from dialogues.services.templates import create_template
from dialogues.services.turns import Asked, ask
from tests.client import check_response
from tests.live import Stage
from tests.world import access_for

Json = dict[str, Any]

LIGHTHOUSE = """The Keeper of the Lamp

Chapter 1

Old Marten kept the lamp on Gull Rock. He carried a brass key on a string around his neck, and
nobody had ever seen him without it.

Every evening he climbed the ninety steps, and every evening he counted them aloud.

Chapter 2

In the second winter a schooner called the Petrel ran onto the reef. Marten rowed out alone and
brought back seven sailors and a grey cat.

Chapter 3

The key opened a sea chest, and in the chest lay the letters that his daughter Ines had written
from Lisbon. He had never dared to read them.
"""


def lighthouse() -> Book:
    """A book of three chapters; the third tells what the key opens."""
    return import_book(LIGHTHOUSE.encode(), "lighthouse.txt", title="The Keeper of the Lamp").book


def dialogue_of(user: User, book: Book | None = None, **settings: Any) -> DialogueSession:
    """About a book, or with the assistant."""
    if book:
        return create_dialogue(user, type="book", book=book.pk, **settings)
    return create_dialogue(user, type="assistant", **settings)


def template_of(by: User, **columns: Any) -> DialogueTemplate:
    """A template for books that greets, with two questions to begin with."""
    given: dict[str, Any] = {
        "name": "Close reading",
        "type": "book",
        "category": "study",
        "system_prompt": "Read closely.",
        "initial_messages": [
            {"role": "system", "content": "Mind the sea."},
            {"role": "assistant", "content": "Where shall we begin?"},
        ],
        "suggested_questions": ["Who keeps the lamp?", "What does the key open?"],
        "temperature": "0.3",
        "model_preference": "",
    }
    return create_template(by, **{**given, **columns})


def asked_and_answered(session: DialogueSession, content: str) -> Asked:
    """A question and its answer, without a worker."""
    asked = ask(session.user, session.pk, content)
    assert answer_next(session.pk) == 1
    return asked


def fact_of(source: DialogueMessage) -> UUID:
    """Something that a message told: that its person likes tea."""
    fact = Learned(source.seq, FactCategory.PREFERENCES, "likes", "tea", 0.8)
    learn_facts(source.session_id, [fact], {source.seq: source.pk}, "rules")
    found: UUID = RememberedFact.objects.get(source_message=source).pk
    return found


@contextmanager
def worker() -> Iterator[None]:
    """A Celery worker in a thread of the tests, at the real broker."""
    with start_worker(
        app, pool="threads", concurrency=4, perform_ping_check=False, shutdown_timeout=20
    ):
        yield


class Api:
    """HTTP at a running server as one person; every answer is checked against the document."""

    def __init__(self, stage: Stage, user: User) -> None:
        self._http = httpx.Client(
            base_url=f"http://127.0.0.1:{stage.port}/api/v1/",
            headers={"Authorization": f"Bearer {access_for(user)}"},
            timeout=20,
        )

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        response = self._http.request(method, path, **options)
        check_response(method, urlsplit(str(response.url)).path, response)
        return response

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, body: Json | None = None, **options: Any) -> httpx.Response:
        return self.request("POST", path, json=body or {}, **options)

    def say(self, session: UUID, content: str, **more: Any) -> Json:
        """A question, and the answer once it is whole."""
        response = self.post(f"dialogues/{session}/messages/", {"content": content, **more})
        assert response.status_code == 201, response.text
        found: Json = response.json()
        return found

    @contextmanager
    def stream(self, session: UUID, content: str, **more: Any) -> Iterator[Iterator[Stretch]]:
        """A question, and the server-sent events of its answer as they come."""
        with self._http.stream(
            "POST",
            f"dialogues/{session}/messages/",
            json={"content": content, **more},
            headers={"Accept": "text/event-stream"},
        ) as response:
            check_response("POST", urlsplit(str(response.url)).path, response)
            assert response.status_code == 200
            yield _events(response.iter_lines())


Stretch = tuple[str, Json]


def _events(lines: Iterator[str]) -> Iterator[Stretch]:
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))
