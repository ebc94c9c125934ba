"""Another answer to a question: what it replaces, what it leaves, and who hears of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from pytest_django.fixtures import Settings

from dialogues.models import DialogueSession, DialogueTurn, Task
from dialogues.selectors.turns import open_turns
from dialogues.services import answering
from dialogues.services.saving import save_dialogue
from tests.dialogues import Api, Json, dialogue_of, template_of
from tests.live import Stage, eventually
from tests.live_equals_reload import live_equals_reload
from tests.llm_server import LlmServer

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture(scope="module")
def server() -> Iterator[LlmServer]:
    with LlmServer() as running:
        yield running


@pytest.fixture
def llm(server: LlmServer, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> LlmServer:
    """A model that says what it is told, and is asked again at once when it fails."""
    server.start_over()
    settings.LLM_BASE_URL, settings.LLM_MODEL = server.base_url, "parrot"
    settings.LLM_API_KEY = server.key
    monkeypatch.setattr(answering, "BACK_OFF_SECONDS", (0.0, 0.0))
    return server


class Talk:
    """A dialogue of Mira's with a scripted model."""

    def __init__(self, stage: Stage, llm: LlmServer) -> None:
        self.session = dialogue_of(stage.world.mira)
        self.api, self.llm = Api(stage, stage.world.mira), llm
        self.path = f"dialogues/{self.session.pk}/"

    def say(self, question: str, *answer: Any) -> Json:
        self.llm.will_say(*answer)
        return self.api.say(self.session.pk, question)

    def again(self, message: Json, *answer: Any, **body: Any) -> Json:
        self.llm.will_say(*answer)
        response = self.refused(message, **body)
        assert response.status_code == 201, response.text
        found: Json = response.json()
        return found

    def refused(self, message: Json, **body: Any) -> Any:
        return self.api.post(f"{self.path}messages/{message['id']}/regenerate/", body)

    def messages(self) -> list[Json]:
        found: list[Json] = self.api.get(f"{self.path}messages/").json()["results"]
        return found

    def told(self) -> list[str]:
        """What the model was last told, its instructions aside."""
        return [message["content"] for message in self.llm.requests[-1]["messages"][1:]]


@pytest.fixture
def talk(stage: Stage, llm: LlmServer) -> Iterator[Talk]:
    begun = Talk(stage, llm)
    yield begun
    eventually(lambda: not open_turns(begun.session.pk), 10)


def test_a_new_answer_takes_the_place_of_the_old_one(talk: Talk) -> None:
    first = talk.say("Which key?", "A brass one.")
    second = talk.again(first["reply"], "The key of the chest.")
    assert second["message"] == first["message"]
    assert second["reply"]["content"] == "The key of the chest."
    assert second["reply"]["reply_to_message"] == first["message"]["id"]
    question, old, new = talk.messages()
    assert (question, new) == (first["message"], second["reply"])
    assert old == {**first["reply"], "replaced_by": new["id"], "version": new["version"] + 1}
    assert new["replaced_by"] is None


def test_its_code_or_the_question_itself_names_it_too(talk: Talk) -> None:
    first = talk.say("Which key?", "A brass one.")
    second = talk.again({"id": first["reply"]["code"]}, "Another.")
    third = talk.again(first["message"], "A third.")
    assert [m["replaced_by"] for m in talk.messages()] == [
        *(None, second["reply"]["id"], third["reply"]["id"]),
        None,
    ]


def test_it_streams(talk: Talk) -> None:
    first = talk.say("Which key?", "A brass one.")
    talk.llm.will_say("The key ", "of the chest.")
    path = f"{talk.path}messages/{first['reply']['id']}/regenerate/"
    text = talk.api.post(path, headers={"Accept": "text/event-stream"}).text
    names = [line[7:] for line in text.splitlines() if line.startswith("event: ")]
    assert (names[0], names[-1]) == ("message", "reply")
    assert "The key of the chest." in text.splitlines()[-2]


def test_live_equals_reload(talk: Talk, stage: Stage) -> None:
    first = talk.say("Which key?", "A brass one.")
    with live_equals_reload(stage, stage.world.mira, f"dialogue:{talk.session.pk}"):
        talk.again(first["reply"], "Another.")
        talk.again(first["reply"], 401)
        talk.again(first["reply"], "A third.")


def test_a_repeat_gives_the_same_new_answer(talk: Talk) -> None:
    first = talk.say("Which key?", "A brass one.")
    other = talk.say("And which lock?", "None.")
    ref = str(uuid4())
    second = talk.again(first["reply"], "Another.", client_ref=ref)
    assert talk.refused(first["reply"], client_ref=ref).json() == second
    assert talk.refused(first["message"], client_ref=ref).json() == second
    conflict = talk.refused(other["reply"], client_ref=ref)
    assert (conflict.status_code, conflict.json()["code"]) == (409, "ref_conflict")
    assert len(talk.llm.requests) == 3


def test_a_failure_leaves_the_good_answer_standing(talk: Talk) -> None:
    first = talk.say("Which key?", "A brass one.")
    failed = talk.again(first["reply"], 401)["reply"]
    assert failed["error_code"] == "llm_refused_key"
    failed_again = talk.again(failed, 401)["reply"]
    assert [m["replaced_by"] for m in talk.messages()] == [None, None, failed_again["id"], None]
    better = talk.again(failed_again, "A key of brass.")["reply"]
    replaced = [m["replaced_by"] for m in talk.messages()]
    assert replaced == [None, better["id"], failed_again["id"], better["id"], None]


def test_a_failed_answer_is_tried_again(talk: Talk) -> None:
    failed = talk.say("Which key?", 401)["reply"]
    better = talk.again(failed, "A brass one.")["reply"]
    assert [m["replaced_by"] for m in talk.messages()] == [None, better["id"], None]


def test_the_model_and_the_exports_are_told_what_stands_in_its_place(talk: Talk) -> None:
    first = talk.say("Which key?", "A wrong one.")
    second = talk.say("Which lock?", "The chest's.")
    talk.again(first["reply"], "A brass one.")
    talk.say("And then?", "Nothing.")
    stands = ["Which key?", "A brass one.", "Which lock?", "The chest's.", "And then?"]
    assert talk.told() == stands
    form = talk.api.get(f"{talk.path}export/?format=openai").json()["messages"]
    assert [message["content"] for message in form] == [*stands, "Nothing."]
    markdown = talk.api.get(f"{talk.path}export/?format=markdown").text
    assert "A wrong one." not in markdown
    assert markdown.index("A brass one.") < markdown.index("Which lock?")
    # What was asked before the replacement goes on from what stood then.
    talk.again(second["reply"], "That of the chest.")
    assert talk.told() == ["Which key?", "A wrong one.", "Which lock?"]


def test_others_read_what_was_shared_until_the_new_answer_is(talk: Talk, stage: Stage) -> None:
    first = talk.say("Which key?", "A wrong one.")
    saved = save_dialogue(stage.world.mira, fresh(talk.session), is_public=True)
    second = talk.again(first["reply"], "A brass one.")
    assert read(stage, saved.pk) == ["Which key?", "A wrong one."]
    talk.api.request("PATCH", f"saved/{saved.pk}/", json={"is_public": True})
    assert read(stage, saved.pk) == ["Which key?", second["reply"]["content"]]


def fresh(session: DialogueSession) -> DialogueSession:
    return DialogueSession.objects.get(pk=session.pk)


def read(stage: Stage, saved: UUID) -> list[str]:
    found = Api(stage, stage.world.otto).get(f"public/dialogues/{saved}/").json()["messages"]
    return [message["content"] for message in found]


def test_feedback_stays_with_the_answer_it_judged(talk: Talk) -> None:
    first = talk.say("Which key?", "A wrong one.")
    verdict = f"{talk.path}messages/{first['reply']['id']}/feedback/"
    talk.api.request("PUT", verdict, json={"feedback_type": "incorrect"})
    talk.again(first["reply"], "A brass one.")
    assert talk.api.request("DELETE", verdict).status_code == 204


def test_it_is_refused_while_the_question_is_being_answered(talk: Talk) -> None:
    gate = threading.Event()
    first = talk.say("Which key?", "A brass one.")
    talk.llm.will_say("The ", gate, "key.")
    waiting = threading.Thread(target=lambda: talk.refused(first["reply"]))
    waiting.start()
    eventually(lambda: DialogueTurn.objects.filter(session=talk.session, status="running").exists())
    refused = talk.refused(first["message"])
    gate.set()
    waiting.join(10)
    assert (refused.status_code, refused.json()["code"]) == (409, "answer_under_way")


def test_it_is_refused_where_nothing_more_may_be_said(talk: Talk) -> None:
    first = talk.say("Which key?", "A brass one.")
    talk.api.post(f"{talk.path}end/")
    refused = talk.refused(first["reply"])
    assert (refused.status_code, refused.json()["code"]) == (409, "dialogue_closed")
    talk.api.request("PATCH", talk.path, json={"status": "active"})
    assert talk.again(first["reply"], "Another.")["reply"]["content"] == "Another."


def test_what_answers_no_question_has_no_other_answer(stage: Stage, talk: Talk) -> None:
    template = template_of(stage.world.ada, type="assistant")
    talk.session = dialogue_of(stage.world.mira, template=template.pk)
    talk.path = f"dialogues/{talk.session.pk}/"
    (greeting,) = [m for m in talk.messages() if m["role"] == "assistant"]
    refused = talk.refused(greeting)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_asked")
    assert talk.refused({"id": uuid4()}).status_code == 404


def test_other_peoples_questions_are_not_there(talk: Talk, stage: Stage) -> None:
    first = talk.say("Which key?", "A brass one.")
    path = f"{talk.path}messages/{first['reply']['id']}/regenerate/"
    assert Api(stage, stage.world.otto).post(path).status_code == 404
    assert len(talk.messages()) == 2


def test_what_tools_did_for_the_question_is_not_done_again(stage: Stage) -> None:
    mira = Api(stage, stage.world.mira)
    session = dialogue_of(stage.world.mira)
    first = mira.say(session.pk, "Add milk to my list")
    again = mira.post(f"dialogues/{session.pk}/messages/{first['reply']['id']}/regenerate/").json()
    assert again["reply"]["content"] == first["reply"]["content"]
    assert Task.objects.filter(user=stage.world.mira, title__iexact="milk").count() == 1
