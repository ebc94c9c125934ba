"""Canned responses and macros: which ones somebody may use, and how they read for a customer."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from chatcore.errors import NotFound
from chatcore.models import User
from chatcore.selectors.permissions import require
from rooms.models import RANK, CannedResponse, Escalation, Macro
from rooms.selectors.escalation_access import levels_of, supervises

M = TypeVar("M", CannedResponse, Macro)
MOST_AT_HAND = 200
# What stands in double braces, and what is put there for one escalation.
VARIABLES = ("customer_name", "agent_name", "room_name", "issue_id", "level", "priority")
VARIABLE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")


def usable(model: type[M], user: User) -> QuerySet[M]:
    """One's own, and what is shared with one's level or those below. Raises Forbidden without
    `chat:support:own`."""
    require(user, "chat:support:own")
    levels = list(RANK) if supervises(user) else levels_of(user)
    shared = Q(owner__isnull=True) & (Q(level__isnull=True) | Q(level__in=levels))
    return model.objects.filter(Q(owner=user) | shared)


def at_hand(model: type[M], user: User, order: str) -> Sequence[M]:
    """The same as a page offers them to choose from; none to who may use none."""
    if not user.can("chat:support:own"):
        return []
    return list(usable(model, user).order_by(order)[:MOST_AT_HAND])


def usable_one(model: type[M], user: User, key: UUID) -> M:
    """One of them. Raises NotFound."""
    found = usable(model, user).filter(pk=key).first()
    if found is None:
        raise NotFound  # in the same words as a missing escalation, which a macro is run on
    return found


def unknown_variables(text: str) -> list[str]:
    """What somebody wrote in double braces and nothing fills."""
    return sorted(set(VARIABLE.findall(text)) - set(VARIABLES))


def filled(text: str, values: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda match: values.get(match[1], match[0]), text)


def values_for(escalation: Escalation, agent: User) -> dict[str, str]:
    """What the variables mean in one escalation. Needs `customer` and `source_room` loaded."""
    return {
        "customer_name": escalation.customer.shown_name,
        "agent_name": agent.shown_name,
        "room_name": escalation.source_room.name,
        "issue_id": escalation.source_room.issue_id,
        "level": escalation.to_level,
        "priority": str(escalation.priority),
    }


def canned_out(canned: CannedResponse) -> dict[str, Any]:
    return _shared_out(canned) | {
        "short_code": canned.short_code,
        "title": canned.title,
        "text": canned.text,
    }


def macro_out(macro: Macro) -> dict[str, Any]:
    return _shared_out(macro) | {"name": macro.name, "actions": macro.actions}


def _shared_out(row: CannedResponse | Macro) -> dict[str, Any]:
    return {
        "id": row.pk,
        "is_personal": row.owner_id is not None,
        "level": row.level,
        "use_count": row.use_count,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
