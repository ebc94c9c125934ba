"""What customers see of a robot's answer, by page and in the widget: the same markup live and reloaded."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from chatcore.models import User
from rooms.models import ChatRoom, Escalation, RoomMessage
from rooms.services.messages import delete_message, draft_of, say
from rooms.services.participants import add_participant
from tests.access import token_of
from tests.conftest import assert_queries
from tests.robots import answered, robot_of
from tests.rooms import said
from tests.support import support_room_of
from tests.test_robots import knowledge
from tests.test_room_pages import SALES, messages_in
from tests.test_web_pages import browser_of
from tests.world import Cast

pytestmark = pytest.mark.django_db
KEY = "What did Old Marten carry around his neck?"
QUOTED = re.compile("<mark>[^<]*a brass key on a string[^<]*</mark>")


@pytest.fixture
def robot(world: Cast) -> Any:
    knowledge()
    return robot_of()


def page_of(user: User, room: ChatRoom, rest: str = "") -> str:
    answer = browser_of(user).get(f"/support/{room.pk}/{rest}")
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def framed(user: User, room: ChatRoom, rest: str = "") -> str:
    """The same by the widget's door: a token and no cookie."""
    answer = Client().get(
        f"/widget/rooms/{room.pk}/messages/{rest}",
        headers={"Authorization": f"Bearer {token_of(user)}"},
    )
    assert answer.status_code == 200, answer
    assert not answer.cookies
    return str(answer.content.decode())


def test_an_answer_opens_its_passages_on_the_spot(world: Cast, robot: Any) -> None:
    room = support_room_of(world.mira)
    answered(room, world.mira, KEY)
    page = page_of(world.mira, room)
    (answer,) = [one for one in messages_in(page) if "message robot" in one]
    assert '<p class="message-label">Robot</p>' in answer
    assert "<details>" in answer
    assert QUOTED.search(answer)
    assert "chapter 1, paragraph" in answer
    assert re.search(r'href="/books/[^"]+#p\d+"[^>]*>Read it in the book', answer)


def test_a_guest_is_not_sent_to_books(world: Cast, robot: Any) -> None:
    room = support_room_of(world.mira)
    add_participant(room=room, user=world.gil)
    answered(room, world.mira, KEY)
    for shown in (page_of(world.gil, room), framed(world.gil, room), framed(world.mira, room)):
        (answer,) = [one for one in messages_in(shown) if "message robot" in one]
        assert QUOTED.search(answer)
        assert "/books/" not in answer


def test_a_robot_that_is_not_sure_offers_a_person_by_a_button(world: Cast, robot: Any) -> None:
    room = support_room_of(world.mira)
    answered(room, world.mira, "Do you ship to Norway?")
    hers = browser_of(world.mira)
    (offer,) = [one for one in messages_in(page_of(world.mira, room)) if 'class="offer"' in one]
    (action,) = re.findall(r'class="offer" method="post" action="([^"]+)"', offer)
    assert hers.post(action).status_code == 302
    assert Escalation.objects.get().customer == world.mira


def test_one_message_alone_is_the_markup_of_the_page_and_of_the_frame(
    world: Cast, robot: Any
) -> None:
    room = support_room_of(world.mira)
    asked = answered(room, world.mira, "Which key <b>is</b> it?").robot_response_to_id
    answered(room, world.mira, KEY)
    answered(room, world.mira, "Do you ship to Norway?")
    add_participant(room=room, user=world.ana)
    say(draft_of(room=room.pk, sender=world.ana.pk, content="The small one", reply_to=asked))
    graph = draft_of(
        room=room.pk,
        sender=world.ana.pk,
        content="sold",
        message_type="graph",
        content_metadata=SALES,
    )
    say(graph)
    gone = said(room, world.mira, "a slip").id
    delete_message(user=world.mira, room=room.pk, message=gone)
    for show in (page_of, framed):
        shown = messages_in(show(world.mira, room))
        assert len(shown) == 9
        for message in shown:
            (own,) = re.findall(r'data-id="([^"]+)"', message)
            alone = show(world.mira, room, f"messages/{own}/" if show is page_of else f"{own}/")
            assert _even(alone) == _even(message)
        *_, reply, drawn, _ = shown
        assert "Which key &lt;b&gt;is&lt;/b&gt; it?" in reply
        assert "<svg" in drawn
        assert "<td>1,250.5</td>" in drawn
        assert "/rooms/" not in "".join(shown)


def _even(markup: str) -> str:
    """Without what differs from one page to the next."""
    token = r'<input type="hidden" name="csrfmiddlewaretoken" value="[^"]+">'
    return re.sub(token, "", markup).replace(" following", "").strip()


def test_a_customer_replies_to_a_message_without_script(world: Cast) -> None:
    room = support_room_of(world.mira)
    add_participant(room=room, user=world.ana)
    asked = said(room, world.ana, "Which lamp is it?").id
    page = page_of(world.mira, room, f"?here=1&reply={asked}")
    assert f'name="reply_to" value="{asked}"' in page
    hers = browser_of(world.mira)
    hers.post(f"/support/{room.pk}/say/", {"content": "The small one", "reply_to": asked})
    *_, reply = messages_in(page_of(world.mira, room))
    assert f'data-quotes="{asked}"' in reply
    assert "Which lamp is it?" in reply


def test_the_frame_is_told_by_its_token_alone(world: Cast) -> None:
    room = support_room_of(world.mira)
    first = said(room, world.mira, "words of hers").id
    for rest in ("", f"{first}/"):
        address = f"/widget/rooms/{room.pk}/messages/{rest}"
        assert browser_of(world.mira).get(address).status_code == 401, "a cookie says nothing here"
        for token, status in (("wrong", 401), (token_of(world.otto), 404)):
            answer = Client().get(address, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == status
            assert "words of hers" not in answer.content.decode()


@pytest.mark.parametrize("answers", [2, 20])
def test_a_page_costs_the_same_with_two_answers_and_with_twenty(
    answers: int, world: Cast, robot: Any
) -> None:
    room = support_room_of(world.mira)
    for _ in range(answers):
        answered(room, world.mira, KEY)
    last = RoomMessage.objects.filter(room=room).latest("seq").pk
    say(draft_of(room=room.pk, sender=world.mira.pk, content="Thanks", reply_to=last))
    token = f"Bearer {token_of(world.mira)}"
    # 1. the token's login
    # 2. their permissions
    # 3. the room and their place in it
    # 4. the newest messages with their senders and files
    # 5. the answers in threads
    # 6. the messages that are replied to
    with assert_queries(6):
        Client().get(f"/widget/rooms/{room.pk}/messages/", headers={"Authorization": token})


def test_a_long_conversation_is_fetched_piece_by_piece(world: Cast) -> None:
    room = support_room_of(world.mira)
    for number in range(53):
        said(room, world.mira, f"number {number}")
    newest = framed(world.mira, room)
    (earlier,) = re.findall(r'data-earlier href="[^"]*\?before=(\d+)"', newest)
    older = framed(world.mira, room, f"?before={earlier}")
    assert [len(messages_in(one)) for one in (newest, older)] == [50, 3]
    assert "data-earlier" not in older
