"""What the demo's customers have asked support for, and how far each matter has come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple
from uuid import UUID

from chatcore.demo import Demo
from chatcore.models import User
from rooms.models import ChatRoom, Escalation
from rooms.selectors.access import room_for
from rooms.services.conclusions import conclude_room
from rooms.services.escalation_care import watch
from rooms.services.escalation_states import (
    accept_escalation,
    assign_escalation,
    cancel_escalation,
    resolve_escalation,
    start_escalation,
)
from rooms.services.escalations import escalate_room, hand_up
from rooms.services.messages import add_note, draft_of, say
from rooms.services.rooms import create_room


class Step(NamedTuple):
    """One thing somebody of the cast does; `words` is what they say, note or hand over."""

    who: str
    what: str
    words: str = ""


class Matter(NamedTuple):
    """A support room, what is said before a person is asked for, and what has come of it since."""

    key: str
    customer: str
    about: str
    priority: int
    tags: Sequence[str]
    said: Sequence[str]
    steps: Sequence[Step] = ()


MATTERS = (
    Matter(
        "waiting",
        "mira",
        "The invoice names the wrong street",
        3,
        ("billing",),
        ("Our invoice of last month has the old address on it.", "Can it be written anew?"),
    ),
    Matter(
        "given",
        "jonas",
        "Two of my bookmarks point to one page",
        4,
        ("reader",),
        ("I set two bookmarks yesterday, and now both open chapter three.",),
        (Step("sofia", "give", "tomas"),),
    ),
    Matter(
        "working",
        "jonas",
        "My import stops at chapter nine",
        2,
        ("import",),
        ("The import of my manuscript stops at chapter nine.", "It is a Markdown file of 2 MB."),
        (
            Step("tomas", "start"),
            Step(
                "tomas", "say", "Hello Jonas, Tomáš here. Which line stands first in chapter nine?"
            ),
            Step("jonas", "say", "A table of all the ships. It is very wide."),
            Step("tomas", "note", "Tables wider than 4,000 characters, as in the spring. Ask T2?"),
        ),
    ),
    Matter(
        "handed-up",
        "mira",
        "The search finds nothing since Monday",
        1,
        ("search",),
        ("Since Monday the search finds nothing at all, in no book.", "We read aloud tonight!"),
        (
            Step("tomas", "start"),
            Step("tomas", "say", "I see it here, too. I bring in somebody who may look deeper."),
            Step("tomas", "hand up", "The index is older than Monday; I may not rebuild it."),
        ),
    ),
    Matter(
        "second-level",
        "jonas",
        "Signing in asks for a code twice",
        2,
        ("accounts",),
        ("I have to type the code twice each morning.",),
        (
            Step("tomas", "start"),
            Step("tomas", "hand up", "Clock and device are right; it looks like two sessions."),
            Step("nadia", "start"),
            Step("nadia", "say", "Hello Jonas, Nadia here. Do you use two windows at once?"),
            Step("nadia", "note", "Two sessions of the same device, 40 ms apart: ours to mend."),
            Step("sofia", "watch"),
        ),
    ),
    Matter(
        "solved",
        "jonas",
        "I cannot find my saved dialogues",
        4,
        ("reader",),
        ("Where have my saved dialogues gone?",),
        (
            Step("tomas", "start"),
            Step("tomas", "say", "They live under “Saved” now, at the top of every page."),
            Step("jonas", "say", "There they are. Thank you!"),
            Step("tomas", "resolve", "Shown where the shelf is."),
            Step("jonas", "rate", "That was quick."),
        ),
    ),
    Matter(
        "called-off",
        "mira",
        "The pages load slowly",
        5,
        (),
        ("Every page takes half a minute.", "Never mind: it was the cable."),
        (Step("mira", "cancel", "It was the cable."),),
    ),
)


def open_matter(demo: Demo, matter: Matter) -> Escalation:
    """Its room, its escalation, all its steps; its rooms are remembered as the demo's."""
    customer = demo.people[matter.customer]
    room = create_room(by=customer, name=matter.about, room_type="support", is_private=True).room
    for words in matter.said:
        _say(room.pk, customer, words)
    first = latest = escalate_room(
        access=room_for(customer, room.pk),
        by=customer,
        to_level="T1",
        reason=matter.about,
        priority=matter.priority,
        tags=matter.tags,
    )
    for step in matter.steps:
        latest = _take(demo, step, latest)
    for n, each in enumerate(ChatRoom.objects.filter(pk__in={room.pk, latest.target_room_id})):
        demo.remember(f"support/{matter.key}/room-{n}", each)
    return first


def _take(demo: Demo, step: Step, now: Escalation) -> Escalation:
    """Do a step; the escalation that the next one is about."""
    who, key, room = demo.people[step.who], now.pk, now.target_room_id or now.source_room_id
    actions: dict[str, Callable[[], object]] = {
        "give": lambda: assign_escalation(key, by=who, to=demo.people[step.words].pk),
        "start": lambda: (accept_escalation(key, by=who), start_escalation(key, by=who)),
        "say": partial(_say, room, who, step.words),
        "note": lambda: add_note(access=room_for(who, room), content=step.words),
        "watch": partial(watch, now, who),
        "hand up": lambda: hand_up(key, by=who, handover_note=step.words),
        "resolve": lambda: resolve_escalation(key, by=who, notes=step.words),
        "cancel": lambda: cancel_escalation(key, by=who, reason=step.words),
        "rate": partial(_rate, room, who, step.words),
    }
    done = actions[step.what]()
    return done if step.what == "hand up" and isinstance(done, Escalation) else now


def _say(room: UUID, who: User, words: str) -> None:
    say(draft_of(room=room, sender=who.pk, content=words))


def _rate(room: UUID, who: User, words: str) -> None:
    conclude_room(access=room_for(who, room), by=who, outcome="resolved", rating=5, comment=words)
