"""An escalation as the one who asks may see it."""

from collections.abc import Sequence
from typing import Any

from chatcore.models import User
from rooms.models import Escalation
from rooms.selectors.escalation_access import EscalationAccess, escalation_for
from rooms.selectors.escalations import (
    brief_out,
    chain_of,
    escalation_out,
    event_out,
    link_out,
    person_out,
    story_of,
)
from rooms.selectors.queue import place_in_queue, places_in_queue


def seen_by(user: User, escalation: Escalation, *, works: bool) -> dict[str, Any]:
    """`page_seen_by` for one."""
    return page_seen_by(user, [escalation], works=works)[0]


def page_seen_by(user: User, page: Sequence[Escalation], *, works: bool) -> list[dict[str, Any]]:
    """The whole for the people of support; a customer's own without what is only support's."""
    if works:
        return [escalation_out(each, me=user) for each in page]
    places = places_in_queue(page)
    return [
        brief_out(each) | {"customer": person_out(each.customer)} | places[each.pk] for each in page
    ]


def shown_to(user: User, escalation: Escalation) -> dict[str, Any]:
    """What became of one, as the answer to whoever changed it."""
    access = escalation_for(user, escalation.pk)
    return seen_by(user, access.escalation, works=access.works)


def detail_seen_by(access: EscalationAccess) -> dict[str, Any]:
    """With the chain and the story, where the asker works on it."""
    found = seen_by(access.user, access.escalation, works=access.works)
    if not access.works:
        return found
    return (
        found
        | place_in_queue(access.escalation)
        | {
            "chain": [link_out(link) for link in chain_of(access.escalation)],
            "story": [event_out(event) for event in story_of(access.escalation)],
        }
    )
