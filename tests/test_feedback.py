"""Feedback on answers, and the review that "incorrect" opens."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from chatcore.models import User
from dialogues.models import DialogueMessage, DialogueSession, MessageFeedback
from dialogues.services.feedback import give_feedback, review_feedback
from dialogues.services.messages import remove_message
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.dialogues import Json, asked_and_answered, dialogue_of, lighthouse, template_of
from tests.test_admin import page, signed_in, staff_account
from tests.test_web_pages import browser_of
from tests.world import Cast

ClientOf = Callable[..., ContractClient]


@pytest.fixture
def session(world: Cast) -> DialogueSession:
    found = dialogue_of(world.mira, lighthouse())
    asked_and_answered(found, "What did Marten carry around his neck?")
    return found


@pytest.fixture
def mira(world: Cast, client_of: ClientOf) -> ContractClient:
    return client_of(world.mira)


def answer_of(session: DialogueSession) -> DialogueMessage:
    found: DialogueMessage = DialogueMessage.objects.get(session=session, role="assistant")
    return found


def url(message: DialogueMessage, code: str = "") -> str:
    return f"/api/v1/dialogues/{message.session_id}/messages/{code or message.pk}/feedback/"


def given(client: ContractClient, message: DialogueMessage, **body: object) -> Json:
    response = client.put(url(message), body)
    assert response.status_code == 200, response.content
    found: Json = response.json()
    return found


@pytest.mark.parametrize("verdict", ["helpful", "unhelpful", "incorrect"])
def test_an_answer_is_judged(mira: ContractClient, session: DialogueSession, verdict: str) -> None:
    found = given(mira, answer_of(session), feedback_type=verdict, feedback_text="Because.")
    assert (found["feedback_type"], found["feedback_text"]) == (verdict, "Because.")
    assert found["review_state"] == ("open" if verdict == "incorrect" else "none")
    assert MessageFeedback.objects.get().feedback_type == verdict


def test_the_last_verdict_stands_and_can_be_taken_back(
    mira: ContractClient, session: DialogueSession
) -> None:
    answer = answer_of(session)
    for verdict in ("helpful", "incorrect", "unhelpful"):
        given(mira, answer, feedback_type=verdict)
    assert MessageFeedback.objects.get().review_state == "none"
    for _ in range(2):
        assert mira.delete(url(answer)).status_code == 204
    assert not MessageFeedback.objects.exists()


def test_its_code_names_the_answer_too(mira: ContractClient, session: DialogueSession) -> None:
    answer = answer_of(session)
    path = url(answer, answer.code).replace(str(session.pk), session.session_id)
    assert mira.put(path, {"feedback_type": "helpful"}).status_code == 200


def test_only_answers_are_judged(mira: ContractClient, session: DialogueSession) -> None:
    question = DialogueMessage.objects.get(session=session, role="user")
    refused = mira.put(url(question), {"feedback_type": "helpful"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_an_answer")
    remove_message(session, answer_of(session).pk)
    assert mira.put(url(answer_of(session)), {"feedback_type": "helpful"}).status_code == 403


def test_other_peoples_answers_are_not_there(
    world: Cast, client_of: ClientOf, mira: ContractClient, session: DialogueSession
) -> None:
    answer, otto = answer_of(session), client_of(world.otto)
    given(mira, answer, feedback_type="helpful")
    his = dialogue_of(world.otto)
    mixed = f"/api/v1/dialogues/{his.pk}/messages/{answer.pk}/feedback/"
    missing = url(answer, str(uuid4()))
    answers = [
        otto.put(url(answer), {"feedback_type": "incorrect"}), otto.delete(url(answer)),
        otto.put(mixed, {"feedback_type": "incorrect"}), otto.delete(mixed),
        mira.put(missing, {"feedback_type": "incorrect"}),
        mira.put(url(answer, "msg_x"), {"feedback_type": "incorrect"}),
    ]  # fmt: skip
    assert {(a.status_code, a.json()["code"]) for a in answers} == {(404, "not_found")}
    assert MessageFeedback.objects.get().feedback_type == "helpful"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "feedback_type"),
        ({"feedback_type": "great"}, "feedback_type"),
        ({"feedback_type": "helpful", "feedback_text": "x" * 2001}, "feedback_text"),
        ({"feedback_type": "helpful", "review_state": "confirmed"}, "review_state"),
    ],
)
def test_what_is_no_verdict_names_the_field(
    mira: ContractClient, session: DialogueSession, body: Json, field: str
) -> None:
    response = mira.put(url(answer_of(session)), body)
    assert response.status_code == 400
    assert field in response.json()["errors"]


def test_it_counts_its_queries(mira: ContractClient, session: DialogueSession) -> None:
    answer = answer_of(session)
    given(mira, answer, feedback_type="helpful")
    # who is asking · the dialogue · may they · the message · savepoints · what they said before
    with assert_queries(7):
        given(mira, answer, feedback_type="helpful")


@pytest.mark.parametrize(
    "columns",
    [
        {"feedback_type": "great"},
        {"review_state": "open"},
        {"feedback_type": "incorrect"},
        {"feedback_type": "incorrect", "review_state": "confirmed"},
    ],
)
def test_the_database_refuses_half_a_review(
    world: Cast, session: DialogueSession, columns: Json
) -> None:
    feedback = give_feedback(world.mira, session, answer_of(session).pk, feedback_type="helpful")
    with pytest.raises(IntegrityError), transaction.atomic():
        MessageFeedback.objects.filter(pk=feedback.pk).update(**columns)


def test_the_database_refuses_a_second_verdict(world: Cast, session: DialogueSession) -> None:
    answer = answer_of(session)
    give_feedback(world.mira, session, answer.pk, feedback_type="helpful")
    with pytest.raises(IntegrityError), transaction.atomic():
        MessageFeedback.objects.create(message=answer, user=world.mira, feedback_type="unhelpful")


def test_it_goes_with_its_message_and_with_its_giver(world: Cast, session: DialogueSession) -> None:
    answer = answer_of(session)
    give_feedback(world.mira, session, answer.pk, feedback_type="helpful")
    give_feedback(world.otto, session, answer.pk, feedback_type="helpful")
    world.otto.delete()
    assert MessageFeedback.objects.get().user == world.mira
    answer.delete()
    assert not MessageFeedback.objects.exists()


def test_without_script_a_verdict_is_a_form(world: Cast, session: DialogueSession) -> None:
    answer, hers, his = answer_of(session), browser_of(world.mira), browser_of(world.otto)
    path = f"/dialogues/{session.pk}/messages/{answer.pk}/feedback/"
    assert path in hers.get(f"/dialogues/{session.pk}/").content.decode()
    assert his.post(path, {"feedback_type": "incorrect"}).status_code == 404
    back = hers.post(path, {"feedback_type": "incorrect", "feedback_text": "It was silver."})
    assert back["Location"] == f"/dialogues/{session.pk}/#m2"
    assert MessageFeedback.objects.get().feedback_text == "It was silver."
    shown = hers.get(f"/dialogues/{session.pk}/").content.decode()
    assert 'value="withdraw" data-verdict="incorrect" aria-pressed="true"' in shown
    assert "It was silver." in shown
    hers.post(path, {"feedback_type": "withdraw"})
    assert not MessageFeedback.objects.exists()


def test_a_templates_greeting_has_no_buttons(world: Cast) -> None:
    template = template_of(world.ada)
    session = dialogue_of(world.mira, lighthouse(), template=template.pk)
    shown = browser_of(world.mira).get(f"/dialogues/{session.pk}/").content.decode()
    assert "Where shall we begin?" in shown
    assert "/feedback/" not in shown


def test_without_script_a_dialogue_is_rated(world: Cast, session: DialogueSession) -> None:
    path = f"/dialogues/{session.pk}/rate/"
    assert browser_of(world.otto).post(path, {"user_rating": "1"}).status_code == 404
    hers = browser_of(world.mira)
    for rating in ("4", "9", "x"):
        assert hers.post(path, {"user_rating": rating}).status_code == 302
    session.refresh_from_db()
    assert session.user_rating == 4


def test_the_page_costs_as_much_for_twenty_answers_as_for_two(
    world: Cast, session: DialogueSession
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    hers = browser_of(world.mira)

    def queries_with(more: int) -> int:
        for number in range(more):
            asked_and_answered(session, f"What did Marten do {number} times?")
        for answer in DialogueMessage.objects.filter(session=session, role="assistant"):
            give_feedback(world.mira, session, answer.pk, feedback_type="helpful")
        with CaptureQueriesContext(connection) as seen:
            hers.get(f"/dialogues/{session.pk}/")
        return len(seen)

    assert queries_with(2) == queries_with(18)


# The review


@pytest.fixture
def wrong(world: Cast, session: DialogueSession) -> MessageFeedback:
    return give_feedback(
        world.mira, session, answer_of(session).pk,
        feedback_type="incorrect", feedback_text="It was silver.",
    )  # fmt: skip


@pytest.fixture
def reviewer(world: Cast) -> User:
    return staff_account(group="staff")


def change(feedback: MessageFeedback) -> str:
    return page(MessageFeedback, "change", feedback.pk)


def test_the_queue_shows_open_reviews_and_the_figure_counts_them(
    world: Cast, session: DialogueSession, wrong: MessageFeedback, reviewer: User
) -> None:
    client = signed_in(reviewer)
    queue = client.get(page(MessageFeedback), {"review_state__exact": "open"}).content.decode()
    assert "It was silver." in queue
    assert "answers called incorrect wait" in client.get(reverse("admin:index")).content.decode()
    shown = client.get(change(wrong)).content.decode()
    assert "around his neck?" in shown
    assert answer_of(session).content[:30] in shown


def test_staff_decide_with_a_note(wrong: MessageFeedback, reviewer: User) -> None:
    fields = {"review_state": "confirmed", "review_note": "The book says brass."}
    assert signed_in(reviewer).post(change(wrong), fields).status_code == 302
    wrong.refresh_from_db()
    assert (wrong.review_state, wrong.review_note) == ("confirmed", "The book says brass.")
    assert wrong.reviewed_by == reviewer
    assert wrong.reviewed_at
    assert wrong.feedback_text == "It was silver."


def test_staff_decide_for_several_at_once(wrong: MessageFeedback, reviewer: User) -> None:
    fields = {"action": "dismiss", "_selected_action": [str(wrong.pk)]}
    signed_in(reviewer).post(page(MessageFeedback), fields)
    wrong.refresh_from_db()
    assert (wrong.review_state, wrong.reviewed_by) == ("dismissed", reviewer)


def test_nothing_but_incorrect_has_anything_to_decide(
    world: Cast, session: DialogueSession, reviewer: User
) -> None:
    kind = give_feedback(world.mira, session, answer_of(session).pk, feedback_type="helpful")
    client = signed_in(reviewer)
    assert client.get(change(kind)).status_code == 200
    assert client.post(change(kind), {"review_state": "confirmed"}).status_code == 403
    client.post(page(MessageFeedback), {"action": "confirm", "_selected_action": [str(kind.pk)]})
    kind.refresh_from_db()
    assert kind.review_state == "none"


def test_the_review_needs_a_right(world: Cast, wrong: MessageFeedback) -> None:
    looker = signed_in(staff_account("view_messagefeedback"))
    assert looker.get(change(wrong)).status_code == 200
    assert looker.post(change(wrong), {"review_state": "dismissed"}).status_code == 403
    assert Client().get(change(wrong)).status_code == 302


def test_the_giver_hears_of_the_decision_and_not_of_the_reviewer(
    mira: ContractClient, session: DialogueSession, wrong: MessageFeedback, reviewer: User
) -> None:
    review_feedback(wrong.pk, by=reviewer, state="confirmed", note="Brass.")
    same = given(
        mira, answer_of(session), feedback_type="incorrect", feedback_text="It was silver."
    )
    assert same["review_state"] == "confirmed"
    assert not {"reviewed_by", "review_note"} & set(same)


def test_other_words_open_the_review_again(
    mira: ContractClient, session: DialogueSession, wrong: MessageFeedback, reviewer: User
) -> None:
    review_feedback(wrong.pk, by=reviewer, state="dismissed", note="Brass.")
    again = given(mira, answer_of(session), feedback_type="incorrect", feedback_text="Look again.")
    assert again["review_state"] == "open"
    wrong.refresh_from_db()
    assert (wrong.reviewed_by, wrong.reviewed_at, wrong.review_note) == (None, None, "")


def test_a_review_stays_when_its_reviewer_goes(wrong: MessageFeedback, reviewer: User) -> None:
    review_feedback(wrong.pk, by=reviewer, state="dismissed")
    reviewer.delete()
    wrong.refresh_from_db()
    assert (wrong.review_state, wrong.reviewed_by) == ("dismissed", None)
