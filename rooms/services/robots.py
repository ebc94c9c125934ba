"""Make robots and change them. Who asks has been asked whether they may."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from chatcore.errors import Conflict
from chatcore.models import AccountType, User
from chatcore.outbound import new_salt, secret_of
from chatcore.robots import robot_skill
from chatcore.selectors.permissions import require
from chatcore.services.users import UsernameTaken, create_account
from rooms.models import Robot, RobotKind


@transaction.atomic
def create_robot(
    *,
    by: User | None,
    robot_id: str,
    name: str,
    kind: str,
    settings: Mapping[str, Any] | None = None,
    **columns: Any,
) -> Robot:
    """A robot with an account of its own, to which nobody can sign in; `by` None is the product itself.

    Raises Forbidden without `chat:robot:manage`, Conflict for a name that is taken, Invalid for
    settings that the skill of its kind does not take.
    """
    if by is not None:
        require(by, "chat:robot:manage")
    checked = robot_skill(kind).checked_settings(settings or {})
    try:
        user = create_account(
            username=robot_id, password=None, account_type=AccountType.ROBOT, display_name=name
        )
    except UsernameTaken:
        words = "An account has this name."
        raise Conflict(words, code="robot_id_taken", errors={"robot_id": [words]}) from None
    return Robot.objects.create(
        robot_id=robot_id,
        name=name,
        kind=kind,
        settings=checked,
        user=user,
        secret_salt=new_salt() if kind == RobotKind.WEBHOOK else "",
        **columns,
    )


def renew_robot_secret(robot: Robot, *, by: User) -> str:
    """A new secret of a webhook; the old one is worth nothing from this moment. Raises Conflict."""
    require(by, "chat:robot:manage")
    if robot.kind != RobotKind.WEBHOOK:
        raise Conflict("Only a webhook has a secret.", code="no_secret")
    robot.secret_salt = new_salt()
    robot.save(update_fields=["secret_salt", "updated_at"])
    return secret_of(robot.secret_salt)


@transaction.atomic
def change_robot(robot: Robot, *, by: User, changes: Mapping[str, Any]) -> Robot:
    """Change what may be changed: name, settings, whether it works, who gets its words.

    Raises Forbidden without `chat:robot:manage`, Invalid.
    """
    require(by, "chat:robot:manage")
    robot = Robot.objects.select_for_update().select_related("user").get(pk=robot.pk)
    for name, value in changes.items():
        setattr(robot, name, value)
    if "settings" in changes:
        robot.settings = robot_skill(robot.kind).checked_settings(changes["settings"])
    robot.save(update_fields=[*changes, "updated_at"])
    if "name" in changes:
        robot.user.display_name = robot.name
        robot.user.save(update_fields=["display_name", "updated_at"])
    return robot
