"""Answers at a running server with a real worker: waited for, streamed, queued, called off, given up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from chatcore.models import AccountStatus, User
from chatcore.services.users import begin_erasure, create_account, set_account_status
from dialogues.answerers.port import Usage
from dialogues.models import DialogueMessage, DialogueSession, DialogueTurn
from dialogues.selectors.turns import open_turns
from dialogues.services import answering, following
from dialogues.services.billing import Bill
from dialogues.services.turns import TurnLost, ask, claim_turn, complete_turn, sweep_turns
from tests.dialogues import Api, Json, dialogue_of, lighthouse
from tests.live import Stage, eventually
from tests.llm_server import LlmServer
from tests.world import PASSWORD, access_for

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture(scope="module")
def server() -> Iterator[LlmServer]:
    with LlmServer() as running:
        yield running


@pytest.fixture
def llm(server: LlmServer, settings: Settings) -> LlmServer:
    """A model that says what it is told."""
    server.start_over()
    settings.LLM_BASE_URL, settings.LLM_MODEL = server.base_url, "parrot"
    settings.LLM_API_KEY = server.key
    return server


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Something the model waits for; opened at the end whatever happens."""
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
def mira(stage: Stage) -> Api:
    return Api(stage, stage.world.mira)


def running(session: DialogueSession) -> bool:
    return DialogueTurn.objects.filter(session=session, status="running").exists()


def in_background(mira: Api, session: UUID, content: str) -> tuple[threading.Thread, list[Json]]:
    said: list[Json] = []
    thread = threading.Thread(target=lambda: said.append(mira.say(session, content)))
    thread.start()
    return thread, said


def test_it_waits_for_an_answer_with_its_references(stage: Stage, mira: Api) -> None:
    about = dialogue_of(stage.world.mira, lighthouse())
    said = mira.say(about.pk, "What did Marten carry on a string around his neck?")
    assert said["message"]["content"] == "What did Marten carry on a string around his neck?"
    assert "a brass key on a string" in said["reply"]["content"]
    assert said["reply"]["references"][0]["chapter_number"] == 1
    assert mira.get(f"dialogues/{about.pk}/messages/").json()["results"] == list(said.values())


def test_nothing_is_told_of_later_chapters(stage: Stage, mira: Api) -> None:
    question = "What did the key open, and what lay in the sea chest?"
    book = lighthouse()
    everything = mira.say(dialogue_of(stage.world.mira, book).pk, question)["reply"]
    assert 3 in {reference["chapter_number"] for reference in everything["references"]}
    early = dialogue_of(stage.world.mira, book, current_chapter=2)
    reply = mira.say(early.pk, question)["reply"]
    assert all(reference["chapter_number"] <= 2 for reference in reply["references"])
    assert "letters" not in reply["content"]


def test_an_answer_streams_as_events(
    mira: Api, session: DialogueSession, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say("The first half, ", gate, "and the second.")
    names, text, reply = [], "", None
    with mira.stream(session.pk, "Two halves?") as events:
        for name, data in events:
            names.append(name)
            if name == "message":
                assert data["content"] == "Two halves?"
            elif name == "delta":
                text = text[: data["offset"]] + data["text"]
                gate.set()  # the model goes on only now: the first half came before the end
            elif name == "reply":
                reply = data
    assert names[0] == "message"
    assert names[-1] == "reply"
    assert names.count("delta") >= 2
    assert reply
    assert text == reply["content"] == "The first half, and the second."
    assert (reply["model_used"], reply["tokens_used"]) == ("parrot", 150)


def test_references_come_before_the_reply(stage: Stage, mira: Api) -> None:
    about = dialogue_of(stage.world.mira, lighthouse())
    with mira.stream(about.pk, "Which animal did Marten bring back?") as events:
        found = list(events)
    names = [name for name, _ in found]
    assert names[-2:] == ["reference", "reply"]
    cited = [data for name, data in found if name == "reference"]
    assert cited == found[-1][1]["references"]


def test_a_repeat_gives_the_first_message_and_its_reply(
    mira: Api, session: DialogueSession
) -> None:
    ref = str(uuid4())
    first = mira.say(session.pk, "Once?", client_ref=ref)
    assert mira.say(session.pk, "Once?", client_ref=ref) == first
    with mira.stream(session.pk, "Once?", client_ref=ref) as events:
        found = list(events)
    assert found[0] == ("message", first["message"])
    assert found[-1] == ("reply", first["reply"])
    assert DialogueMessage.objects.filter(session=session).count() == 2
    other = mira.post(f"dialogues/{session.pk}/messages/", {"content": "Twice?", "client_ref": ref})
    assert (other.status_code, other.json()["code"]) == (409, "ref_conflict")


def test_a_repeat_joins_an_answer_under_way(
    mira: Api, session: DialogueSession, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say("Half", gate, " done.")
    ref = str(uuid4())
    with mira.stream(session.pk, "Well?", client_ref=ref) as events:
        assert next(events)[0] == "message"
        assert next(events)[0] == "delta"
        # This reader goes away; the answer does not.
    with mira.stream(session.pk, "Well?", client_ref=ref) as events:
        assert next(events)[0] == "message"
        assert next(events)[1]["text"] == "Half"
        gate.set()
        assert list(events)[-1][1]["content"] == "Half done."
    assert len(llm.requests) == 1


def test_two_questions_at_once_are_answered_in_order(
    mira: Api, session: DialogueSession, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say(gate, "to the first")
    llm.will_say("to the second")
    one, first = in_background(mira, session.pk, "First?")
    eventually(lambda: running(session))
    two, second = in_background(mira, session.pk, "Second?")
    eventually(lambda: DialogueTurn.objects.filter(session=session).count() == 2)
    assert DialogueTurn.objects.filter(session=session, status="running").count() == 1
    gate.set()
    one.join(10)
    two.join(10)
    assert first[0]["reply"]["content"] == "to the first"
    assert second[0]["reply"]["content"] == "to the second"
    rows = DialogueMessage.objects.filter(session=session).order_by("seq")
    assert [row.content for row in rows] == ["First?", "Second?", "to the first", "to the second"]


def test_an_answer_is_called_off_with_the_words_it_has(
    mira: Api, session: DialogueSession, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say("I was about to", gate, " say this.", 0.1, " And this.")
    with mira.stream(session.pk, "Well?") as events:
        assert [next(events)[0], next(events)[0]] == ["message", "delta"]
        assert mira.post(f"dialogues/{session.pk}/cancel/").json() == {"cancelled": 1}
        threading.Timer(1.0, gate.set).start()
        (name, data) = list(events)[-1]
    assert (name, data["code"]) == ("error", "cancelled")
    assert data["reply"]["content"] == "I was about to"
    assert DialogueTurn.objects.get(session=session).status == "cancelled"
    assert mira.post(f"dialogues/{session.pk}/cancel/").json() == {"cancelled": 0}


def test_an_answer_called_off_before_its_first_word_is_paid_for(
    mira: Api,
    session: DialogueSession,
    llm: LlmServer,
    gate: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent, note = threading.Event(), Bill.note

    def noted(bill: Bill, usage: Usage) -> None:
        note(bill, usage)
        sent.set()

    monkeypatch.setattr(Bill, "note", noted)
    llm.will_say(gate, "Too late.")
    thread, _ = in_background(mira, session.pk, "Well?")
    assert sent.wait(20)
    assert mira.post(f"dialogues/{session.pk}/cancel/").json() == {"cancelled": 1}
    thread.join(10)
    eventually(lambda: DialogueSession.objects.get(pk=session.pk).total_tokens_used > 0)
    gate.set()
    assert [row.role for row in DialogueMessage.objects.filter(session=session)] == ["user"]


def test_an_answerer_that_stays_silent_is_called_off_all_the_same(
    mira: Api, session: DialogueSession, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say("Let me think", gate, " forever")
    llm.will_say("At once.")
    thread, first = in_background(mira, session.pk, "Well?")
    eventually(lambda: len(llm.requests) == 1)
    assert mira.post(f"dialogues/{session.pk}/cancel/").json() == {"cancelled": 1}
    thread.join(5)
    assert first[0]["reply"]["error_code"] == "cancelled"
    assert mira.say(session.pk, "And now?")["reply"]["content"] == "At once."
    gate.set()  # what it says now finds the turn closed
    assert DialogueMessage.objects.filter(session=session).count() == 4


def test_who_waits_too_long_is_told_to_come_back(
    mira: Api,
    session: DialogueSession,
    llm: LlmServer,
    gate: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following, "MOST_SECONDS", 0.5)
    llm.will_say(gate, "At last.")
    body = {"content": "Well?", "client_ref": str(uuid4())}
    pending = mira.post(f"dialogues/{session.pk}/messages/", body)
    assert (pending.status_code, pending.json()["code"]) == (504, "reply_pending")
    gate.set()
    monkeypatch.undo()
    assert mira.say(session.pk, **body)["reply"]["content"] == "At last."


def test_waiting_for_answers_holds_no_threads(
    stage: Stage, session: DialogueSession, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say(gate, "At last.")
    path = f"/api/v1/dialogues/{session.pk}/messages/"
    body = {"content": "Well?", "client_ref": str(uuid4())}

    bearer = {"Authorization": f"Bearer {access_for(stage.world.mira)}"}

    async def everybody() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=40)
        base = f"http://127.0.0.1:{stage.port}"
        async with httpx.AsyncClient(
            base_url=base, headers=bearer, timeout=20, limits=limits
        ) as client:
            before = threading.active_count()
            waiting = [asyncio.create_task(client.post(path, json=body)) for _ in range(30)]
            await asyncio.sleep(1.5)
            assert not any(task.done() for task in waiting)
            assert threading.active_count() < before + 15
            assert (await client.get("/api/v1/users/me/")).status_code == 200
            gate.set()
            return await asyncio.gather(*waiting)

    answers = asyncio.run(everybody())
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["reply"]["content"] for answer in answers} == {"At last."}
    assert int(answers[0].headers["Content-Length"]) == len(answers[0].content)


def test_an_answer_that_takes_too_long_is_broken_off(
    mira: Api,
    session: DialogueSession,
    llm: LlmServer,
    gate: threading.Event,
    settings: Settings,
) -> None:
    settings.TURN_SECONDS = 0.5
    llm.will_say("Begun ", gate, "and ended")
    reply = mira.say(session.pk, "Well?")["reply"]
    assert (reply["content"], reply["error_code"]) == ("Begun", "turn_timeout")
    assert mira.get(f"dialogues/{session.pk}/messages/").json()["results"][-1] == reply


def test_a_model_that_falls_silent_is_asked_again(
    mira: Api, session: DialogueSession, llm: LlmServer, gate: threading.Event, settings: Settings
) -> None:
    settings.LLM_SILENCE_SECONDS = 0.3
    llm.will_say("Begun ", gate)
    llm.will_say("Whole.")
    reply = mira.say(session.pk, "Well?")["reply"]
    assert (reply["content"], reply["retry_count"]) == ("Whole.", 1)


def test_a_question_that_waits_in_an_ended_dialogue_is_still_answered(
    mira: Api, session: DialogueSession, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say(gate, "First.")
    llm.will_say("Second.")
    one, _ = in_background(mira, session.pk, "First?")
    eventually(lambda: running(session))
    two, second = in_background(mira, session.pk, "Second?")
    eventually(lambda: open_turns(session.pk) == 2)
    mira.post(f"dialogues/{session.pk}/end/")
    gate.set()
    one.join(10)
    two.join(10)
    assert second[0]["reply"]["content"] == "Second."


def test_a_waiting_question_is_called_off_without_an_answer(
    mira: Api, session: DialogueSession, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say("Begun ", gate, "and ended")
    one, _ = in_background(mira, session.pk, "First?")
    eventually(lambda: running(session))
    two, second = in_background(mira, session.pk, "Second?")
    eventually(lambda: DialogueTurn.objects.filter(session=session).count() == 2)
    assert mira.post(f"dialogues/{session.pk}/cancel/").json() == {"cancelled": 2}
    gate.set()
    one.join(10)
    two.join(10)
    assert second[0]["reply"] is None
    assert len(llm.requests) == 1


def test_a_failing_model_is_asked_again(
    mira: Api, session: DialogueSession, llm: LlmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "BACK_OFF_SECONDS", (0.1, 0.1))
    llm.will_say(503)
    llm.will_say("Half a senten", 0)  # breaks off
    llm.will_say("A whole sentence.")
    with mira.stream(session.pk, "Well?") as events:
        found = list(events)
    text = ""
    for name, data in found:
        if name == "delta":
            text = text[: data["offset"]] + data["text"]
    assert found[-1][0] == "reply"
    assert text == found[-1][1]["content"] == "A whole sentence."
    assert found[-1][1]["retry_count"] == 2


def test_after_three_failures_the_answer_says_so(
    mira: Api, session: DialogueSession, llm: LlmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "BACK_OFF_SECONDS", (0.1, 0.1))
    for _ in range(3):
        llm.will_say(503)
    reply = mira.say(session.pk, "Well?")["reply"]
    assert (reply["error_code"], reply["retry_count"]) == ("llm_failed", 2)
    assert reply["error_message"]
    assert len(llm.requests) == 3
    assert mira.say(session.pk, "And now?")["reply"]["error_code"] == ""


def test_a_refused_key_is_not_tried_again(
    mira: Api, session: DialogueSession, llm: LlmServer
) -> None:
    llm.will_say(401)
    assert mira.say(session.pk, "Well?")["reply"]["error_code"] == "llm_refused_key"
    assert len(llm.requests) == 1


def test_the_context_window_is_kept_to(stage: Stage, mira: Api, llm: LlmServer) -> None:
    narrow = dialogue_of(stage.world.mira, context_window=600)
    for n in range(6):
        mira.say(narrow.pk, f"Number {n}: " + "something rather long to say " * 10)
    # The first is the prompt, which may tell in short of what no longer fits.
    told = llm.requests[-1]["messages"][1:]
    heard = " ".join(message["content"] for message in told)
    assert "Number 5" in heard
    assert "Number 4" in heard
    assert "Number 0" not in heard
    wide = dialogue_of(stage.world.mira, context_window=20_000)
    for n in range(3):
        mira.say(wide.pk, f"Number {n}?")
    assert "Number 0" in str(llm.requests[-1]["messages"])


def test_a_very_long_answer_is_cut_where_it_no_longer_fits(
    mira: Api, session: DialogueSession, llm: LlmServer
) -> None:
    llm.will_say("x" * 9_999, "yz", "and more")
    assert mira.say(session.pk, "Much?")["reply"]["content"] == "x" * 9_999 + "y"


def test_a_turn_whose_announcement_was_lost_is_swept_up(
    stage: Stage, session: DialogueSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broker_away:
        broker_away.setattr("celery.Celery.send_task", _refuse)
        asked = ask(stage.world.mira, session.pk, "Is anybody there?")
    assert sweep_turns() == 0  # it may still be on its way
    DialogueTurn.objects.filter(pk=asked.turn_id).update(
        created_at=timezone.now() - timedelta(seconds=11)
    )
    assert sweep_turns() == 1
    eventually(lambda: DialogueTurn.objects.get(pk=asked.turn_id).status == "completed", 10)


def _refuse(*_: object, **__: object) -> None:
    raise ConnectionRefusedError


def test_a_turn_whose_worker_died_is_taken_over(
    stage: Stage, session: DialogueSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broker_away:
        broker_away.setattr("celery.Celery.send_task", _refuse)
        asked = ask(stage.world.mira, session.pk, "Is anybody there?")
    lost = claim_turn(session.pk)
    assert lost
    assert claim_turn(session.pk) is None  # its lease holds
    DialogueTurn.objects.filter(pk=lost.pk).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )
    assert sweep_turns() == 1
    eventually(lambda: DialogueTurn.objects.get(pk=asked.turn_id).status == "completed", 10)
    assert DialogueTurn.objects.get(pk=asked.turn_id).attempts == 2
    with pytest.raises(TurnLost):  # the one that was thought dead comes too late
        complete_turn(lost, "too late", {})
    assert DialogueMessage.objects.filter(session=session).count() == 2


def test_a_turn_that_takes_workers_down_is_given_up(
    stage: Stage, session: DialogueSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broker_away:
        broker_away.setattr("celery.Celery.send_task", _refuse)
        asked = ask(stage.world.mira, session.pk, "Is anybody there?")
    DialogueTurn.objects.filter(pk=asked.turn_id).update(attempts=3)
    answering.answer_next(session.pk)
    turn = DialogueTurn.objects.get(pk=asked.turn_id)
    assert (turn.status, turn.error_code) == ("failed", "gave_up")
    assert turn.reply


def test_an_answer_survives_the_loss_of_every_connection(
    mira: Api, session: DialogueSession, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say("Paid", gate, " for.")
    thread, said = in_background(mira, session.pk, "Well?")
    eventually(lambda: len(llm.requests) == 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchone()[0] > 0
    gate.set()
    thread.join(15)
    assert said[0]["reply"]["content"] == "Paid for."
    assert len(llm.requests) == 1


def test_a_dialogue_takes_only_so_many_questions_at_once(
    stage: Stage, session: DialogueSession, llm: LlmServer, mira: Api, gate: threading.Event
) -> None:
    llm.will_say(gate, "at last")
    for n in range(20):
        ask(stage.world.mira, session.pk, f"{n}?")
    refused = mira.post(f"dialogues/{session.pk}/messages/", {"content": "One more?"})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_questions")
    assert mira.post(f"dialogues/{session.pk}/cancel/").json() == {"cancelled": 20}


def test_a_dialogue_deleted_meanwhile_gets_no_answer(
    mira: Api, session: DialogueSession, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say("Too ", gate, "late")
    thread, said = in_background(mira, session.pk, "Well?")
    eventually(lambda: running(session))
    assert mira.request("DELETE", f"dialogues/{session.pk}/").status_code == 204
    gate.set()
    thread.join(10)
    assert said[0]["reply"] is None
    assert DialogueMessage.objects.filter(session=session).count() == 1


@pytest.mark.parametrize(
    ("name", "shut_out"),
    [
        ("sam", lambda user: set_account_status(user, AccountStatus.SUSPENDED)),
        ("dee", lambda user: set_account_status(user, AccountStatus.DEACTIVATED)),
        ("era", begin_erasure),
    ],
)
def test_what_somebody_asked_before_their_account_was_shut_is_not_answered(
    stage: Stage, llm: LlmServer, monkeypatch: pytest.MonkeyPatch,
    name: str, shut_out: Callable[[User], None],
) -> None:  # fmt: skip
    asker = create_account(username=name, email=f"{name}@example.test", password=PASSWORD)
    session = dialogue_of(asker)
    with monkeypatch.context() as broker_away:
        broker_away.setattr("celery.Celery.send_task", _refuse)
        asked = ask(asker, session.pk, "May I still?")
    shut_out(asker)
    assert answering.answer_next(session.pk) == 1
    turn = DialogueTurn.objects.get(pk=asked.turn_id)
    assert (turn.status, turn.error_code, turn.reply) == ("cancelled", "asker_shut_out", None)
    assert llm.requests == []
    assert DialogueMessage.objects.filter(session=session).count() == 1


def test_answers_are_remembered_in_the_context(stage: Stage, mira: Api) -> None:
    about = dialogue_of(stage.world.mira, lighthouse())
    mira.say(about.pk, "Which ship ran onto the reef?")
    context = mira.get(f"dialogues/{about.pk}/context/").json()
    assert 2 in context["discussed_chapters"]
    assert context["context_tokens"] > 0
