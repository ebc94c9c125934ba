"""A dialogue on the live socket: ask, hear the answer grow, come late, edit, call off; live equals
reload."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
from pytest_django.fixtures import Settings

from dialogues.models import DialogueMessage, DialogueSession
from dialogues.selectors.turns import open_turns
from dialogues.services.sessions import delete_dialogue
from tests.dialogues import Api, Json, dialogue_of, lighthouse
from tests.live import Client, Stage, eventually
from tests.llm_server import LlmServer

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture(scope="module")
def server() -> Iterator[LlmServer]:
    with LlmServer() as running:
        yield running


@pytest.fixture
def llm(server: LlmServer, settings: Settings) -> LlmServer:
    server.start_over()
    settings.LLM_BASE_URL, settings.LLM_MODEL = server.base_url, "parrot"
    settings.LLM_API_KEY = server.key
    return server


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    opened = threading.Event()
    yield opened
    opened.set()


@pytest.fixture
def session(stage: Stage) -> Iterator[DialogueSession]:
    """A dialogue that leaves nothing to answer behind, which would meet the next test's model."""
    begun = dialogue_of(stage.world.mira)
    yield begun
    eventually(lambda: not open_turns(begun.pk), 10)


@pytest.fixture
def mira(stage: Stage) -> Iterator[Client]:
    with stage.client(stage.world.mira) as client:
        yield client


def topic(session: DialogueSession) -> str:
    return f"dialogue:{session.pk}"


def created(client: Client, role: str) -> Json:
    while True:
        data: Json = client.event("message.created", 10)["data"]
        if data["role"] == role:
            return data


def test_a_question_is_acknowledged_and_its_answer_streams(
    mira: Client, session: DialogueSession, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say("One", gate, " two.")
    mira.subscribe(topic(session))
    ref = uuid4()
    ack = mira.say(topic(session), "Count!", ref)
    assert (ack["op"], ack["seq"]) == ("ack", 1)
    started = mira.event("reply.started")["data"]
    assert started["question"] == ack["id"]
    first = mira.event("reply.delta")["data"]
    assert first == {"reply_id": started["reply_id"], "offset": 0, "text": "One"}
    gate.set()
    second = mira.event("reply.delta")["data"]
    assert (second["offset"], second["text"]) == (3, " two.")
    assert mira.event("reply.completed")["data"] == {"reply_id": started["reply_id"]}
    answer = created(mira, "assistant")
    assert (answer["content"], answer["client_ref"]) == ("One two.", started["reply_id"])
    repeat = mira.say(topic(session), "Count!", ref)
    assert repeat == {**ack, "duplicate": True}


def test_the_answer_carries_its_references(stage: Stage, mira: Client) -> None:
    about = dialogue_of(stage.world.mira, lighthouse())
    mira.subscribe(topic(about))
    mira.say(topic(about), "What did Marten carry on a string around his neck?")
    answer = created(mira, "assistant")
    assert answer["references"][0]["chapter_number"] == 1
    rows = Api(stage, stage.world.mira).get(f"dialogues/{about.pk}/messages/").json()["results"]
    assert answer == rows[1]


def test_who_comes_late_gets_the_text_so_far_once(
    stage: Stage, mira: Client, session: DialogueSession, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say("The beginning,", gate, " the end.")
    mira.subscribe(topic(session))
    mira.say(topic(session), "Well?")
    mira.event("reply.delta")
    with stage.client(stage.world.mira) as late:
        late.subscribe(topic(session))
        late.event("reply.started")
        assert late.event("reply.delta")["data"]["text"] == "The beginning,"
        gate.set()
        rest = late.event("reply.delta")["data"]
        assert (rest["offset"], rest["text"]) == (14, " the end.")
        assert created(late, "assistant")["content"] == "The beginning, the end."


def test_a_replay_and_a_reload_show_the_same(
    stage: Stage, mira: Client, session: DialogueSession, llm: LlmServer
) -> None:
    api = Api(stage, stage.world.mira)
    mira.subscribe(topic(session))
    ids = []
    for n in range(3):
        ids.append(mira.say(topic(session), f"{n}?")["id"])
        created(mira, "assistant")
    before = api.get(f"dialogues/{session.pk}/").json()["version"]
    mira.send(op="edit", topic=topic(session), id=ids[0], content="Zero?", ref=uuid4())
    mira.send(op="delete", topic=topic(session), id=ids[1], ref=uuid4())
    assert mira.event("message.edited")["data"]["content"] == "Zero?"
    assert mira.event("message.deleted")["data"]["content"] == ""
    api.request("PATCH", f"dialogues/{session.pk}/", json={"title": "Numbers"})
    updated = mira.expect(type="dialogue.updated", version=before + 3)["data"]
    assert updated == api.get(f"dialogues/{session.pk}/").json()
    reloaded = api.get(f"dialogues/{session.pk}/messages/").json()["results"]
    with stage.client(stage.world.mira) as other:
        replayed, done = other.subscribe(topic(session), after_version=0)
        assert done["version"] == updated["version"]
        shown = [e["data"] for e in replayed if e["type"] == "message.created"]
        assert sorted(shown, key=lambda message: message["seq"]) == reloaded
        assert [e["data"] for e in replayed if e["type"] == "dialogue.updated"] == [updated]
        changes, _ = other.subscribe(topic(session), after_version=before)
        assert [e["type"] for e in changes] == [
            "message.edited",
            "message.deleted",
            "dialogue.updated",
        ]


def test_questions_are_stored_in_the_order_in_which_they_were_sent(
    mira: Client, session: DialogueSession, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say(gate, "wait")
    refs = [uuid4() for _ in range(12)]
    for n, ref in enumerate(refs):
        mira.send(op="send", topic=topic(session), ref=ref, content=f"{n}?")
    assert [mira.answer_to(ref)["seq"] for ref in refs] == list(range(1, 13))
    mira.send(op="cancel", topic=topic(session))


def test_a_deleted_question_is_not_answered(
    mira: Client, session: DialogueSession, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say(gate, "first")
    mira.subscribe(topic(session))
    mira.say(topic(session), "First?")
    second = mira.say(topic(session), "Second?")
    mira.send(op="delete", topic=topic(session), id=second["id"])
    assert mira.event("reply.failed")["data"]["code"] == "cancelled"
    gate.set()
    assert created(mira, "assistant")["content"] == "first"
    assert len(llm.requests) == 1


def test_only_ones_own_words_are_changed(mira: Client, session: DialogueSession) -> None:
    mira.subscribe(topic(session))
    mira.say(topic(session), "Well?")
    answer = created(mira, "assistant")
    for frame in ({"op": "edit", "content": "mine"}, {"op": "delete"}):
        ref = uuid4()
        mira.send(**frame, topic=topic(session), id=answer["id"], ref=ref)
        assert mira.answer_to(ref)["code"] == "not_yours"
    assert DialogueMessage.objects.get(pk=answer["id"]).deleted_at is None


def test_cancel_stops_the_answer_that_streams(
    mira: Client, session: DialogueSession, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say("I was going to", gate, " say more", 0.1, " and more")
    mira.subscribe(topic(session))
    mira.say(topic(session), "Well?")
    mira.event("reply.delta")
    mira.send(op="cancel", topic=topic(session))
    threading.Timer(1.0, gate.set).start()
    assert mira.event("reply.failed")["data"]["code"] == "cancelled"
    answer = created(mira, "assistant")
    assert (answer["content"], answer["error_code"]) == ("I was going to", "cancelled")


def test_an_ended_dialogue_takes_no_question(
    stage: Stage, mira: Client, session: DialogueSession
) -> None:
    mira.subscribe(topic(session))
    Api(stage, stage.world.mira).post(f"dialogues/{session.pk}/end/")
    assert mira.event("dialogue.updated")["data"]["status"] == "ended"
    assert mira.say(topic(session), "Hello?")["code"] == "dialogue_closed"
    assert mira.pings()


def test_other_peoples_dialogues_are_not_there(stage: Stage, session: DialogueSession) -> None:
    with stage.client(stage.world.mira) as owner:
        assert owner.subscribe(topic(session))[1]["op"] == "subscribed"
    with stage.client(stage.world.otto) as otto:
        assert otto.subscribe(topic(session))[1]["code"] == "not_found"
        assert otto.say(topic(session), "Let me in")["code"] == "not_found"
        for op in ({"op": "cancel"}, {"op": "delete", "id": uuid4()}):
            otto.send(**op, topic=topic(session))
            assert otto.error()["code"] == "not_found"
        assert otto.pings()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"content": " \n "}, "invalid"),
        ({"content": "x", "message_type": "system"}, "invalid"),
        ({"content": "x", "reply_to": str(uuid4())}, "invalid"),
        ({"content": "x", "audience": "staff"}, "invalid"),
        ({"content": "x" * 10_001}, "invalid_frame"),
    ],
)
def test_what_a_dialogue_does_not_take_is_an_error(
    mira: Client, session: DialogueSession, more: Json, code: str
) -> None:
    ref = uuid4()
    mira.send(op="send", topic=topic(session), ref=ref, **more)
    assert mira.answer_to(ref)["code"] == code
    assert mira.pings()


def test_a_deleted_dialogue_revokes_its_readers(
    mira: Client, session: DialogueSession, stage: Stage
) -> None:
    mira.subscribe(topic(session))
    delete_dialogue(session)
    assert mira.expect(op="revoked", seconds=6)["topic"] == topic(session)
