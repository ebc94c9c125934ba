"""What the access matrix asks: every operation, by every kind of user, on the same things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chatcore.models import AccountType, Login, User
from chatcore.selectors.logins import make_access_token
from chatcore.services.api_keys import create_key
from chatcore.services.jobs import create_job
from chatcore.services.permissions import grant
from chatcore.services.users import create_account
from dialogues.services.life_events import log_event
from dialogues.services.saving import save_dialogue
from dialogues.services.sessions import create_dialogue, end_dialogue
from dialogues.services.task_list import add_task
from dialogues.services.turns import ask
from rooms.models import (
    CannedResponse,
    ChatFileAttachment,
    ChatRoom,
    Macro,
    RobotInteraction,
)
from rooms.services.attachments import examine_file
from rooms.services.escalation_states import accept_escalation
from rooms.services.participants import add_participant, change_participant
from rooms.services.replies import add_reply
from rooms.services.robots import create_robot
from rooms.services.supervision import observe
from rooms.services.webhooks import create_webhook
from tests.dialogues import fact_of, lighthouse, template_of
from tests.rooms import access_to, picture, room_of, said, sent_file
from tests.support import agent_of, escalation_of
from tests.world import PASSWORD, Cast

# Who asks. Mira is the member whose things these are; the others outside have no part in them. The
# agent is of the level that Mira's escalation waits for, which is above that of the other agent.
INSIDE = ("guest", "member", "muted", "observer", "moderator")
OUTSIDE = (
    *("removed", "outsider", "agent", "agent of another level", "supervisor"),
    *("observing supervisor", "staff without rights", "admin"),
)
KINDS = ("anonymous", *INSIDE, *OUTSIDE)
# Who asks of an escalation that somebody has in hand. The dispatcher may give out what waits.
HANDS = (
    *("customer", "assigned agent", "agent of the level", "agent below", "agent above"),
    *("dispatcher", "supervisor"),
)


@dataclass(frozen=True)
class Things:
    """A room, a dialogue, a book, a job and what was kept, and who they are to whom.

    `dialogue` was begun from `template`, whose greeting is its `answer`; `saved` is public, and
    `question` stands in the ended one.
    """

    people: dict[str, User]
    hands: dict[str, User]
    room: ChatRoom
    message: UUID
    attachment: UUID
    dialogue: UUID
    ended_dialogue: UUID
    book: UUID
    job: UUID
    template: UUID
    answer: UUID
    question: UUID
    saved: UUID
    task: UUID
    escalation: UUID
    in_hand: UUID
    canned: UUID
    macro: UUID
    event: UUID
    fact: UUID
    key: UUID
    interaction: UUID
    webhook: UUID
    delivery: UUID


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
        "agent": world.bela,
        "agent of another level": world.ana,
        "supervisor": world.sven,
        "observing supervisor": _account("vera", account_type=AccountType.SUPERVISOR),
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
    observe(room=room, by=people["observing supervisor"], reason="a complaint")
    template = template_of(world.ada, type="assistant").pk
    dialogue = create_dialogue(world.mira, type="assistant", template=template)
    ended = create_dialogue(world.mira, type="assistant")
    question = ask(world.mira, ended.pk, "words").appended.id
    end_dialogue(ended)
    webhook, delivery = _webhook_owed(world.ada, world.mira)
    hands = _hands(world)
    in_hand = accept_escalation(escalation_of(world.otto, "T2").pk, by=hands["assigned agent"])
    return Things(
        people=people,
        hands=hands,
        in_hand=in_hand.pk,
        room=room,
        message=message,
        attachment=_attachment(world.mira, room),
        dialogue=dialogue.pk,
        ended_dialogue=ended.pk,
        book=lighthouse().pk,
        job=create_job("test", created_by=world.mira).pk,
        template=template,
        answer=dialogue.messages.get(role="assistant").pk,
        question=question,
        fact=fact_of(dialogue.messages.get(role="assistant")),
        task=add_task(world.mira, title="of the member").pk,
        event=log_event(world.mira, event_type="work", energy_level=40, stress_level=60).pk,
        key=create_key(world.mira, name="of the member").key.pk,
        saved=save_dialogue(world.mira, ended, is_public=True).pk,
        escalation=escalation_of(world.mira, "T2").pk,
        interaction=_robot_asked(world.mira, room_of(world.mira)),
        webhook=webhook,
        delivery=delivery,
        canned=add_reply(CannedResponse, by=world.bela, short_code="hello", text="Hello!").pk,
        macro=add_reply(Macro, by=world.bela, name="Mine", actions=[{"action": "watch"}]).pk,
    )


def _hands(world: Cast) -> dict[str, User]:
    """Who stands around an escalation of level T2 that Otto asked for."""
    dispatcher = agent_of("T2", "disa")
    grant("chat:escalation:assign", dispatcher)
    return {
        "customer": world.otto,
        "assigned agent": agent_of("T2", "asta"),
        "agent of the level": world.bela,
        "agent below": world.ana,
        "agent above": agent_of("T3", "abel"),
        "dispatcher": dispatcher,
        "supervisor": world.sven,
    }


def _webhook_owed(admin: User, by: User) -> tuple[UUID, UUID]:
    room = room_of(by)
    made = create_webhook(
        by=admin,
        name="Ours",
        url="https://hooks.test/",
        event_types=["message.created"],
        room=room.pk,
    )
    said(room, by)
    return made.webhook.pk, made.webhook.deliveries.get().pk


def _robot_asked(by: User, room: ChatRoom) -> UUID:
    robot = create_robot(by=None, robot_id="robo", name="Robo", kind="librarian")
    add_participant(room=room, user=robot.user)
    return RobotInteraction.objects.get(message=said(room, by, "@robo who are you?").id).pk


def _attachment(by: User, room: ChatRoom) -> UUID:
    stored = sent_file(room, by, picture(9, 9), "a.png")
    examine_file(stored)
    return ChatFileAttachment.objects.get(file_manager_file=stored).pk


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
        "POST users/me/api-keys/": {"name": "x"},
        "PATCH users/me/": {"display_name": "x"},
        "POST dialogues/": {"type": "assistant"},
        "PATCH dialogues/{dialogue_id}/": {"title": "x"},
        "POST dialogues/{dialogue_id}/messages/": words,
        "PUT dialogues/{dialogue_id}/rating/": {"user_rating": 5},
        "PATCH dialogues/{dialogue_id}/context/": {"current_chapter": 1},
        "PATCH dialogues/{dialogue_id}/context/facts/{fact_id}/": {"value": "x"},
        "PUT dialogues/{dialogue_id}/messages/{message_id}/feedback/": {"feedback_type": "helpful"},
        "POST templates/": {"name": "x", "type": "book", "system_prompt": "x"},
        "PATCH templates/{template_id}/": {"name": "x"},
        "POST saved/": {"session": str(there.dialogue)},
        "PATCH saved/{saved_id}/": {"title": "x"},
        "POST tasks/": {"title": "x"},
        "PATCH tasks/{task_id}/": {"completed": True},
        "PATCH companion/": {"title": "x"},
        # Asking would wait for an answer; blank words are refused last of all.
        "POST companion/messages/": {"content": " "},
        "PATCH companion/context/": {"facts": {}},
        "POST companion/start-over/": {"memory": True},
        "POST life-events/": {"event_type": "work", "energy_level": 1, "stress_level": 1},
        "PATCH life-events/{event_id}/": {"energy_level": 1},
        "POST rooms/": {"name": "x"},
        "PATCH rooms/{room_id}/": {"name": "x"},
        "POST rooms/{room_id}/messages/": words,
        "PATCH rooms/{room_id}/messages/{message_id}/": words,
        "POST rooms/{room_id}/participants/": {"user": newcomer},
        "PATCH rooms/{room_id}/participants/{user_id}/": {"can_invite_others": True},
        "PUT rooms/{room_id}/read/": {"seq": 1},
        "POST rooms/{room_id}/escalate/": {"to_level": "T1", "reason": "x"},
        "POST rooms/{room_id}/conclude/": {"outcome": "resolved"},
        "POST rooms/{room_id}/rating/": {"rating": 4},
        "POST support/room/": {"content": "hello"},
        "POST rooms/{room_id}/transcript/": {},
        "POST escalations/{escalation_id}/escalate/": {"handover_note": "x"},
        "POST escalations/{escalation_id}/snooze/": {"until": None},
        "PATCH escalations/{escalation_id}/": {"priority": 1},
        "POST robots/": {"robot_id": "other", "name": "x", "kind": "librarian"},
        "POST webhooks/": {
            "name": "x",
            "url": "https://hooks.test/",
            "event_types": ["message.created"],
        },
        "PATCH webhooks/{webhook_id}/": {"name": "x"},
        "PATCH robots/{robot_id}/": {"name": "x"},
        "POST rooms/{room_id}/observe/": {"reason": "a complaint"},
        "POST rooms/{room_id}/supervised-join/": {"reason": "a complaint"},
        "POST canned-responses/": {"short_code": "bye", "text": "Bye!"},
        "PATCH canned-responses/{canned_id}/": {"text": "Hi!"},
        "POST canned-responses/{canned_id}/fill/": {"escalation": str(there.escalation)},
        "POST macros/": {"name": "x", "actions": [{"action": "start"}]},
        "PATCH macros/{macro_id}/": {"name": "y"},
        "PATCH support/me/": {"availability": "away"},
        "PATCH support/agents/{user_id}/": {"max_load": 3},
    }


def bodies_in_hand(there: Things) -> dict[str, Any]:
    """The same where an agent has the escalation in hand: to give it to another takes it from them."""
    other = {"user": str(there.hands["agent above"].pk)}
    steps = {"assign": other, "transfer": other}
    of_steps = {f"POST escalations/{{escalation_id}}/{step}/": body for step, body in steps.items()}
    return bodies(there) | of_steps


QUERIES = {
    "GET permissions/explain/": "?permission=chat:room:create&user={member}",
    "GET books/{book_id}/search/": "?q=words",
    "GET companion/messages/search/": "?q=words",
    "GET search/": "?q=words",
}


def in_hand(operation: str) -> str:
    """The row of an operation on an escalation that somebody has in hand."""
    return f"{operation} in hand"


def ids(there: Things, operation: str) -> dict[str, object]:
    """What stands in the path's braces."""
    # Asking an open dialogue would wait for its answer; an ended one says at once that it heard.
    asks = operation in (
        "POST dialogues/{dialogue_id}/messages/",
        "POST dialogues/{dialogue_id}/messages/{message_id}/regenerate/",
    )
    return {
        "room_id": there.room.pk,
        "message_id": _message(there, operation),
        "user_id": there.people[_whom(operation)].pk,
        "dialogue_id": there.ended_dialogue if asks else there.dialogue,
        "book_id": there.book,
        "number": 1,
        "job_id": there.job,
        "template_id": there.template,
        "saved_id": there.saved,
        "task_id": there.task,
        "escalation_id": there.escalation,
        "attachment_id": there.attachment,
        "canned_id": there.canned,
        "macro_id": there.macro,
        "event_id": there.event,
        "fact_id": there.fact,
        "key_id": there.key,
        "robot_id": "robo",
        "webhook_id": there.webhook,
        "delivery_id": there.delivery,
        "interaction_id": there.interaction,
    }


def _message(there: Things, operation: str) -> UUID:
    if "regenerate" in operation:
        return there.question
    return there.answer if "feedback" in operation else there.message


def _whom(operation: str) -> str:
    if "support/agents" in operation:
        return "agent"
    return "muted" if "participants" in operation else "member"


def token_of(user: User) -> str:
    return make_access_token(user.pk, Login.objects.create(user=user).pk)
