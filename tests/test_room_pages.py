"""A room's page: what messages are beside their words, for whom, with the same markup live."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chatcore.models import User
from rooms.models import ChatRoom
from rooms.services.messages import add_note, delete_message, draft_of, edit_message, say, say_robot
from rooms.services.rooms import create_room
from tests.rooms import access_to, room_of
from tests.test_web_pages import browser_of
from tests.world import Cast

SALES = {
    "kind": "bar",
    "title": "Loaves <sold>",
    "labels": ["Mon", "Tue"],
    "series": [{"name": "rye", "values": [12, -3]}, {"name": "wheat", "values": [1250.5, 7]}],
}


def page_of(user: User, room: ChatRoom, rest: str = "") -> str:
    answer = browser_of(user).get(f"/rooms/{room.pk}/{rest}")
    assert answer.status_code == 200, answer
    return answer.content.decode()


def messages_in(page: str) -> list[str]:
    """The markup of each message, without the template."""
    return re.findall(r'<li class="message [^"]*"[^>]* data-id="[^"]+".*?\n</li>', page, re.DOTALL)


def spoken(room: ChatRoom, by: User, content: str = "hello", **more: Any) -> UUID:
    return say(draft_of(room=room.pk, sender=by.pk, content=content, **more)).id


@pytest.fixture
def room(world: Cast) -> ChatRoom:
    return room_of(world.mira, world.otto, world.ana, world.gil, name="Tea")


def test_one_message_alone_is_the_markup_of_the_page(world: Cast, room: ChatRoom) -> None:
    first = spoken(room, world.otto, "Who bakes?")
    spoken(room, world.mira, f"Ask @{world.otto.username} & me", reply_to=first)
    spoken(room, world.mira, "rye", thread=first)
    spoken(room, world.mira, "sold", message_type="graph", content_metadata=SALES)
    add_note(access=access_to(room, world.ana), content="a hard one")
    edit_message(user=world.otto, room=room.pk, message=first, content="Who bakes bread?")
    shown = messages_in(page_of(world.ana, room))
    assert len(shown) == 5
    for message in shown:
        (own,) = re.findall(r'data-id="([^"]+)"', message)
        alone = page_of(world.ana, room, f"messages/{own}/")
        assert alone.strip() == message.replace(" following", "")


def test_replies_names_threads_and_graphs_are_drawn(world: Cast, room: ChatRoom) -> None:
    first = spoken(room, world.otto, "Who <b>bakes</b>?")
    spoken(room, world.mira, f"Ask @{world.otto.username}!", reply_to=first)
    spoken(room, world.mira, "rye", thread=first)
    spoken(room, world.mira, "sold", message_type="graph", content_metadata=SALES)
    begun, reply, answer, graph = messages_in(page_of(world.otto, room))
    assert f'<span class="name">@{world.otto.username}</span>!' in reply
    assert "Who &lt;b&gt;bakes&lt;/b&gt;?" in reply
    assert f'?around=1#m1" data-quotes="{first}"' in reply
    assert "1 answer in its thread" in begun
    assert f"threads/{first}/" in answer
    assert "<svg" in graph
    assert "Loaves &lt;sold&gt;" in graph
    assert "<td>1,250.5</td>" in graph
    assert "style=" not in graph
    assert "<script" not in graph


def test_a_thread_is_a_page_of_its_own_that_one_answers_in(world: Cast, room: ChatRoom) -> None:
    first = spoken(room, world.otto, "Who bakes?")
    spoken(room, world.mira, "elsewhere")
    his = browser_of(world.otto)
    here = f"/rooms/{room.pk}/threads/{first}/"
    sent = his.post(f"/rooms/{room.pk}/say/", {"content": "I do", "thread": first, "note": ""})
    assert sent["Location"] == f"{here}#end"
    thread = his.get(here).content.decode()
    assert [("I do" in one) for one in messages_in(thread)] == [False, True]
    assert "elsewhere" not in thread
    assert browser_of(world.bela).get(here).status_code == 404


def test_a_reply_without_script_quotes_what_it_answers(world: Cast, room: ChatRoom) -> None:
    first = spoken(room, world.otto, "Who bakes?")
    page = page_of(world.mira, room, f"?reply={first}")
    assert re.search(r"Replying to <strong[^>]*>" + world.otto.shown_name, page)
    assert f'name="reply_to" value="{first}"' in page
    browser_of(world.mira).post(
        f"/rooms/{room.pk}/say/", {"content": "Not me", "reply_to": first, "client_ref": uuid4()}
    )
    assert "Who bakes?" in messages_in(page_of(world.mira, room))[1]
    for nothing in ("nonsense", uuid4(), spoken(create_room(by=world.bela).room, world.bela)):
        assert 'name="reply_to" value=""' in page_of(world.mira, room, f"?reply={nothing}")


def test_notes_are_marked_for_those_who_help_and_nowhere_for_others(
    world: Cast, room: ChatRoom
) -> None:
    agents = browser_of(world.ana)
    agents.post(f"/rooms/{room.pk}/say/", {"content": "be gentle", "note": "on"})
    (note,) = messages_in(page_of(world.ana, room))
    assert 'class="message chat note mine"' in note
    assert "only the team sees this" in note
    own = re.findall(r'data-id="([^"]+)"', note)[0]
    for other in (world.mira, world.gil):
        assert "be gentle" not in page_of(other, room)
        assert "data-note" not in page_of(other, room)
        for rest in (f"messages/{own}/", f"threads/{own}/", f"messages/{own}/versions/"):
            assert browser_of(other).get(f"/rooms/{room.pk}/{rest}").status_code == 404
        assert "be gentle" not in page_of(other, room, f"?reply={own}")


def test_what_a_message_said_before_is_for_its_sender_and_moderators(
    world: Cast, room: ChatRoom
) -> None:
    first = spoken(room, world.otto, "Teh words")
    edit_message(user=world.otto, room=room.pk, message=first, content="The words")
    path = f"messages/{first}/versions/"
    for may in (world.otto, world.mira):
        assert path in page_of(may, room)
        assert "Teh words" in page_of(may, room, path)
    assert path not in page_of(world.ana, room)
    assert browser_of(world.ana).get(f"/rooms/{room.pk}/{path}").status_code == 403


def test_what_was_taken_back_is_quoted_and_drawn_nowhere(world: Cast, room: ChatRoom) -> None:
    first = spoken(room, world.mira, "sold", message_type="graph", content_metadata=SALES)
    spoken(room, world.otto, "well done", reply_to=first)
    delete_message(user=world.mira, room=room.pk, message=first)
    gone, reply = messages_in(page_of(world.otto, room))
    assert '<svg class="pygal' not in gone
    assert "Loaves" not in gone
    assert "sold" not in reply
    assert "This message was deleted." in reply


def test_robots_are_called_robots_and_the_room_greets_in_its_colour(world: Cast) -> None:
    room = room_of(world.mira, world.gil, name="Tea")
    room.room_settings = {"welcome": "Mind the <step>", "colour": "violet"}
    room.save()
    say_robot(
        room=room.pk, robot=world.otto, robot_id="librarian", content="Hm", visible_to_guests=True
    )
    page = page_of(world.gil, room)
    assert 'data-colour="violet"' in page
    assert "Mind the &lt;step&gt;" in page
    (robot,) = messages_in(page)
    assert '<p class="message-label">Robot</p>' in robot


def test_a_page_asks_as_often_with_many_relations_as_with_few(world: Cast, room: ChatRoom) -> None:
    hers = browser_of(world.mira)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            hers.get(f"/rooms/{room.pk}/")
        return len(asked)

    def talk(times: int) -> None:
        for _ in range(times):
            first = spoken(room, world.otto, f"@{world.mira.username}?")
            spoken(room, world.mira, "yes", reply_to=first)
            spoken(room, world.mira, "no", thread=first)

    talk(1)
    hers.get(f"/rooms/{room.pk}/")
    few = queries()
    talk(7)
    assert queries() == few
