"""The pages for people, through the door a browser uses. What they look like is in `journeys/`."""

from __future__ import annotations

from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chatcore.models import User
from dialogues.services.sessions import create_dialogue
from rooms.services.messages import draft_of, say
from rooms.services.rooms import create_room
from tests.world import Cast


def browser_of(user: User) -> Client:
    """`browser_of(world.mira).get("/")`, signed in by session cookie."""
    browser = Client()
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


def test_a_stranger_is_welcomed_and_led_to_sign_in(client: Client, world: Cast) -> None:
    room = create_room(by=world.mira, name="Tea").room_id
    assert "Sign in" in client.get("/").content.decode()
    answer = client.get(f"/rooms/{room}/")
    assert answer.status_code == 302
    assert answer["Location"] == f"/accounts/login/?next=/rooms/{room}/"


def test_what_is_not_yours_and_what_is_not_there_look_alike(world: Cast) -> None:
    room = create_room(by=world.mira, name="Tea").room_id
    dialogue = create_dialogue(world.mira, type="assistant").pk
    hers = browser_of(world.mira)
    assert hers.get(f"/rooms/{room}/").status_code == 200
    assert hers.get(f"/dialogues/{dialogue}/").status_code == 200

    his = browser_of(world.otto)
    missing = his.get(f"/rooms/{uuid4()}/")
    assert missing.status_code == 404
    for path in (f"/rooms/{room}/", f"/dialogues/{dialogue}/"):
        assert his.get(path).status_code == 404
    for path in (f"/rooms/{room}/say/", f"/dialogues/{dialogue}/ask/"):
        assert his.post(path, {"content": "let me in"}).status_code == 404


def test_what_people_write_is_text(world: Cast) -> None:
    room = create_room(by=world.mira, name="<b>Tea</b>").room_id
    say(draft_of(room=room, sender=world.mira.pk, content="<script>alert(1)</script>"))
    page = browser_of(world.mira).get(f"/rooms/{room}/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "<b>Tea" not in page


def test_a_form_sent_twice_says_it_once(world: Cast) -> None:
    room = create_room(by=world.mira, name="Tea").room_id
    form = {"content": "Once only", "client_ref": str(uuid4())}
    hers = browser_of(world.mira)
    for _ in range(2):
        assert hers.post(f"/rooms/{room}/say/", form).status_code == 302
    assert hers.get(f"/rooms/{room}/").content.decode().count("Once only") == 1


def test_the_home_page_costs_as_much_for_twenty_conversations_as_for_two(world: Cast) -> None:
    hers = browser_of(world.mira)

    def queries_with(more: int) -> int:
        for number in range(more):
            create_room(by=world.mira, name=f"Room {number}")
            create_dialogue(world.mira, type="assistant")
        with CaptureQueriesContext(connection) as seen:
            hers.get("/")
        return len(seen)

    assert queries_with(2) == queries_with(18)


def test_the_light_switch_leads_to_no_other_site(client: Client, world: Cast) -> None:
    answer = client.post("/theme/", {"theme": "dark", "next": "https://evil.example/"})
    assert answer["Location"] == "/"
    assert answer.cookies["theme"].value == "dark"
    answer = client.post("/theme/", {"theme": "url(evil)", "next": "/books/"})
    assert answer["Location"] == "/books/"
    assert "theme" not in answer.cookies
