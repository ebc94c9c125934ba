"""Calling robots' answers off: at once, whatever the worker does; it finds its turn closed."""

from django.db import transaction
from django.db.models.functions import Now

from rooms.models import DeliveryStatus, RobotInteraction, RobotStatus
from rooms.selectors.access import RoomAccess
from rooms.selectors.robots import cancellable_turns
from rooms.services.robot_speech import heard_so_far, tell_failed
from rooms.services.robot_turns import drop_answer, settle_answer


@transaction.atomic
def cancel_turns(access: RoomAccess) -> int:
    """What robots owe in a room to the person, or to anybody where they moderate it or help there; how
    many turns that were. The words that were heard so far stay."""
    turns = list(cancellable_turns(access).select_for_update(of=("self",)))
    for turn in turns:
        _cancel(turn)
    return len(turns)


def _cancel(turn: RobotInteraction) -> None:
    said = heard_so_far(turn).strip()
    tell_failed(turn, "cancelled", "The answer was called off.")
    if said:
        settle_answer(turn, DeliveryStatus.DELIVERED, said, {"cancelled": True})
    else:
        drop_answer(turn)
    RobotInteraction.objects.filter(pk=turn.pk).update(
        status=RobotStatus.COMPLETED,
        response_data={"cancelled": True},
        lease_until=None,
        due_at=None,
        completed_at=Now(),
        updated_at=Now(),
    )
