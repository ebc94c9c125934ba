"""Run a macro: its actions in order, all or none, as the agent who asked."""

from uuid import UUID

from django.db import transaction
from django.db.models import F

from chatcore.models import User
from rooms.models import Escalation, Macro
from rooms.services.escalation_changes import locked
from rooms.services.macro_actions import KINDS


@transaction.atomic
def run_macro(macro: Macro, *, escalation: UUID, by: User) -> Escalation:
    """Each action asks for its own right, as if it were done by hand. Raises what they raise; then
    nothing was done."""
    for action in macro.actions:
        kind = KINDS[action["action"]]
        kind.run(locked(escalation), by, action.get(kind.setting))
    Macro.objects.filter(pk=macro.pk).update(use_count=F("use_count") + 1)
    return locked(escalation)
