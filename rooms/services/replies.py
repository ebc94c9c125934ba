"""Keep canned responses and macros: one's own, or shared ones with the right to share."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import F

from chatcore.errors import Conflict, Invalid
from chatcore.models import User
from chatcore.selectors.permissions import require
from rooms.models import CannedResponse, Escalation, Macro
from rooms.selectors.replies import VARIABLES, filled, unknown_variables, values_for
from rooms.services.macro_actions import problems_with

M = TypeVar("M", CannedResponse, Macro)


def add_reply(model: type[M], *, by: User, is_personal: bool = True, **columns: Any) -> M:
    """A canned response or a macro of one's own, or a shared one. Raises Forbidden, Invalid, Conflict
    where the short code or name is taken."""
    _may_keep(by, personal=is_personal)
    columns = _checked(columns)
    try:
        with transaction.atomic():
            return model.objects.create(owner=by if is_personal else None, created_by=by, **columns)
    except IntegrityError:
        raise _taken() from None


def change_reply(row: M, *, by: User, changes: Mapping[str, Any]) -> M:
    """Other words, another code, another level; `is_personal` shares it, or makes it one's own.

    Raises what `add_reply` raises.
    """
    _may_keep(by, personal=row.owner_id is not None)
    columns: dict[str, Any] = _checked(changes)
    if (personal := columns.pop("is_personal", None)) is not None:
        _may_keep(by, personal=personal)
        columns["owner"] = by if personal else None
    for name, value in columns.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save(update_fields=[*columns, "updated_at"])
    except IntegrityError:
        raise _taken() from None
    return row


def delete_reply(row: M, *, by: User) -> None:
    """Raises Forbidden."""
    _may_keep(by, personal=row.owner_id is not None)
    row.delete()


def fill_canned(canned: CannedResponse, *, escalation: Escalation, by: User) -> str:
    """The text for one customer, ready to be looked over and sent; counted as used."""
    CannedResponse.objects.filter(pk=canned.pk).update(use_count=F("use_count") + 1)
    return filled(canned.text, values_for(escalation, by))


def _may_keep(by: User, *, personal: bool) -> None:
    require(by, "chat:support:own" if personal else "chat:support:share")


def _checked(columns: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(columns)
    if "short_code" in found:
        found["short_code"] = found["short_code"].strip().lstrip("/").lower()
    errors = {}
    if unknown := unknown_variables(found.get("text", "")):
        known = ", ".join(VARIABLES)
        errors["text"] = [f"Nothing fills {', '.join(unknown)}; there are {known}."]
    if "short_code" in found and not found["short_code"]:
        errors["short_code"] = ["At least one letter after the slash."]
    if "actions" in found and (wrong := problems_with(found["actions"])):
        errors["actions"] = wrong
    if errors:
        raise Invalid("Some fields are not valid.", errors=errors)
    return found


def _taken() -> Conflict:
    return Conflict("There is one of this name already.", code="name_taken")
