"""What the access matrix asks: every operation, by every kind of user, on the same things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chatcore.models import Login, User
from chatcore.selectors.logins import make_access_token
from chatcore.services.jobs import create_job
from chatcore.services.users import create_account
from dialogues.services.sessions import create_dialogue, end_dialogue
from rooms.models import ChatRoom
from rooms.services.participants import change_participant
from tests.dialogues import lighthouse
from tests.rooms import access_to, room_of, said
from tests.world import PASSWORD, Cast

# Who asks. Mira is the member whose things these are; the last six stand outside of them.
INSIDE = ("guest", "member", "muted", "observer", "moderator")
OUTSIDE = ("removed", "outsider", "agent", "supervisor", "staff without rights", "admin")
KINDS = ("anonymous", *INSIDE, *OUTSIDE)


@dataclass(frozen=True)
class Things:
    """A room, a dialogue, a book and a job, and who they are to whom."""

    people: dict[str, User]
    room: ChatRoom
    message: UUID
    dialogue: UUID
    ended_dialogue: UUID
    book: UUID
    job: UUID


def things(world: Cast) -> Things:
    """Makes them; a few dozen quick queries."""
    people = {
        "guest": world.gil,
        "member": world.mira,
        "muted": _account("mute"),
        "observer": _account("olga"),
        "moderator": world.otto,
        "removed": _account("remo"),
        "outsider": _account("oute"),
        "agent": world.ana,
        "supervisor": world.sven,
        "staff without rights": _account("desk", is_staff=True),
        "admin": world.ada,
    }
    inside = [people[kind] for kind in ("guest", "member", "muted", "observer", "removed")]
    room = room_of(world.otto, *inside, name="Kitchen")
    mine = {
        "muted": {"status": "muted"},
        "observer": {"role": "observer"},
        "removed": {"status": "removed"},
    }
    message = said(room, world.mira, "of the member").id
    for kind, changes in mine.items():
        access = access_to(room, world.otto)
        change_participant(access=access, user_id=people[kind].pk, changes=changes)
    dialogue, ended = (create_dialogue(world.mira, type="assistant") for _ in range(2))
    end_dialogue(ended)
    job = create_job("test", created_by=world.mira)
    return Things(people, room, message, dialogue.pk, ended.pk, lighthouse().pk, job.pk)


def _account(name: str, **columns: Any) -> User:
    return create_account(username=name, email=f"{name}@example.test", password=PASSWORD, **columns)


def bodies(there: Things) -> dict[str, Any]:
    """A good body for each operation that takes one, so that only access decides."""
    newcomer = str(there.people["outsider"].pk)
    words = {"content": "words"}
    return {
        "POST auth/signup/": {"username": "nina", "email": "n@example.test", "password": PASSWORD},
        "POST auth/token/": {"username": "mira", "password": PASSWORD},
        "POST auth/token/refresh/": {"refresh": "nonsense"},
        "PATCH users/me/": {"display_name": "x"},
        "POST dialogues/": {"type": "assistant"},
        "PATCH dialogues/{dialogue_id}/": {"title": "x"},
        "POST dialogues/{dialogue_id}/messages/": words,
        "PUT dialogues/{dialogue_id}/rating/": {"user_rating": 5},
        "PATCH dialogues/{dialogue_id}/context/": {"current_chapter": 1},
        "POST rooms/": {"name": "x"},
        "PATCH rooms/{room_id}/": {"name": "x"},
        "POST rooms/{room_id}/messages/": words,
        "PATCH rooms/{room_id}/messages/{message_id}/": words,
        "POST rooms/{room_id}/participants/": {"user": newcomer},
        "PATCH rooms/{room_id}/participants/{user_id}/": {"can_invite_others": True},
        "PUT rooms/{room_id}/read/": {"seq": 1},
    }


QUERIES = {
    "GET permissions/explain/": "?permission=chat:room:create&user={member}",
    "GET books/{book_id}/search/": "?q=words",
}


def ids(there: Things, operation: str) -> dict[str, object]:
    """What stands in the path's braces."""
    # Asking an open dialogue would wait for its answer; an ended one says at once that it heard.
    asks = operation == "POST dialogues/{dialogue_id}/messages/"
    return {
        "room_id": there.room.pk,
        "message_id": there.message,
        "user_id": there.people["muted" if "participants" in operation else "member"].pk,
        "dialogue_id": there.ended_dialogue if asks else there.dialogue,
        "book_id": there.book,
        "number": 1,
        "job_id": there.job,
    }


def token_of(user: User) -> str:
    return make_access_token(user.pk, Login.objects.create(user=user).pk)
