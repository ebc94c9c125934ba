"""What the page of an escalation shows, gathered once for its first load and after a refused form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from chatcore.errors import NotFound
from chatcore.ids import uuid7
from chatcore.models import User
from chatcore.pages import PageRequest, is_past, place_in
from chatcore.selectors.presence import online_in
from rooms.console.offers import Offers
from rooms.console.panels import choices_of, panels_of
from rooms.console.people import agents_for
from rooms.console.rows import row_of
from rooms.console.step_forms import StepForm
from rooms.contexts import message_context, replying_to
from rooms.models import CannedResponse, ChatRoom, Escalation, Macro, RoomStatus
from rooms.pages import people_in
from rooms.selectors.access import RoomAccess, read_room_for
from rooms.selectors.conclusions import conclusion_of
from rooms.selectors.escalation_access import escalations_for, worked_escalation_for
from rooms.selectors.escalations import chain_of, story_of
from rooms.selectors.messages import messages_page
from rooms.selectors.replies import at_hand, filled, values_for
from rooms.selectors.rooms import participants_of
from rooms.services.clocks import catch_up

PAGE_LENGTH = 50
_PAST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Sheet:
    """An escalation and, where they are in its room, the agent's place there."""

    escalation: Escalation
    access: RoomAccess | None
    user: User

    @property
    def room(self) -> ChatRoom:
        return self.escalation.target_room or self.escalation.source_room

    @property
    def has_ended(self) -> bool:
        return self.room.status != RoomStatus.ACTIVE or not self.escalation.is_open

    @property
    def address(self) -> str:
        return reverse("console_escalation", args=[self.escalation.pk])

    def context(
        self, request: PageRequest, refused: tuple[str, StepForm] | None = None
    ) -> dict[str, Any]:
        """Everything the page shows; `refused` is a step that was not taken, with its form."""
        row = row_of(self.escalation)
        macros = at_hand(Macro, self.user, "name")
        offers = Offers(self.escalation, self.user, self.access, has_macros=bool(macros))
        choices = choices_of(offers, agents_for(self.user), macros)
        return {
            "row": row,
            "title": row.title,
            "escalation": self.escalation,
            "address": self.address,
            "offers": offers,
            "panels": panels_of(offers, choices, refused),
            "chain": chain_of(self.escalation),
            "story": story_of(self.escalation),
            "conclusion": conclusion_of(self.room) if self.has_ended else None,
            "past": past_of(self.escalation, self.user),
            "canned": self._canned(),
            "conversation": self.room,
            "people_open": refused is not None or "people" in request.GET,
            **(self._thread(request, self.access) if self.access else {}),
        }

    def _canned(self) -> list[tuple[CannedResponse, str]]:
        """Those at hand, each as it reads for this customer."""
        values = values_for(self.escalation, self.user)
        rows = at_hand(CannedResponse, self.user, "short_code")
        return [(row, filled(row.text, values)) for row in rows]

    def _thread(self, request: PageRequest, access: RoomAccess) -> dict[str, Any]:
        room = access.room
        where = place_in(request, room.last_seq, PAGE_LENGTH)
        history = messages_page(access, where)["results"]
        return {
            **message_context(access, history),
            **self._before(access, history),
            "topic": f"room:{room.pk}",
            "people": people_in(list(participants_of(room)), online_in(f"room:{room.pk}")),
            "later_url": self.address if is_past(request, where, room.last_seq) else "",
            "is_observing": access.is_observing,
            "is_closed": room.status != RoomStatus.ACTIVE,
            "may_note": access.may_note and access.silenced_by is None,
            "new_ref": uuid7(),
            "attach_url": f"/api/v1/rooms/{room.pk}/attachments/",
            "send_url": reverse("console_say", args=[self.escalation.pk]),
            "composer_label": f"Reply to {self.escalation.customer.shown_name}",
            "replying": replying_to(request, access),
        }

    def _before(self, access: RoomAccess, history: Sequence[dict[str, Any]]) -> dict[str, str]:
        """Where what was said before is shown: further up, or in the room it was handed on from."""
        first_seq = history[0]["seq"] if history else 0
        if first_seq > access.sight.first_visible:
            return {"earlier_url": f"{self.address}?before={first_seq}"}
        room = access.room.parent_room_id
        if room is None or _place_in(self.user, room) is None:
            return {"earlier_url": ""}
        words = "The earlier part of this conversation"
        return {"earlier_url": reverse("room", args=[room]), "earlier_label": words}


def sheet_of(request: PageRequest, escalation_id: UUID) -> Sheet:
    """Raises NotFound for missing and not yours alike, Forbidden for its customer."""
    escalation = worked_escalation_for(request.user, escalation_id).escalation
    if catch_up([escalation]):
        escalation = worked_escalation_for(request.user, escalation_id).escalation
    room = escalation.target_room_id or escalation.source_room_id
    return Sheet(escalation, _place_in(request.user, room), request.user)


def _place_in(user: User, room: UUID) -> RoomAccess | None:
    """What is said in the room is for who is in it, or looks on with a reason."""
    try:
        return read_room_for(user, room)
    except NotFound:
        return None


def past_of(escalation: Escalation, user: User) -> QuerySet[Escalation]:
    """What else the same customer has asked for, newest first, as far as the agent may see it."""
    theirs = escalations_for(user).filter(customer=escalation.customer_id)
    others = theirs.exclude(pk=escalation.pk).select_related("source_room", "assigned_to_user")
    return others.order_by("-pk")[:_PAST_SHOWN]
