"""What robots can do, by kind: an app that has a skill registers it, the app that has rooms asks for it.

A skill is synchronous, runs in a worker and knows nothing of rooms, messages or states. It yields pieces of
its text as they come, if it likes, and one `RobotAnswer` at last; closing the generator stops it.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from chatcore.errors import ChatcoreError, NotFound


class RobotFailed(ChatcoreError):
    """A robot has no answer. `retryable`: another attempt may bring one."""

    code = "robot_failed"
    title = "The robot has no answer"

    def __init__(self, detail: str = "", *, code: str | None = None, retryable: bool) -> None:
        super().__init__(detail, code=code)
        self.retryable = retryable


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that was said before; `by_robot` is the robot itself."""

    content: str
    by_robot: bool


@dataclass(frozen=True, slots=True)
class RobotQuestion:
    """What a robot is asked. `turn` names the question for good, however often it is put."""

    turn: UUID
    content: str
    settings: Mapping[str, Any]
    # Oldest first, without the question, and nothing that guests do not get.
    history: Sequence[Heard] = ()
    # What skills of rooms' own may tell further: ids and names, no words.
    about: Mapping[str, Any] = field(default_factory=dict)
    # US dollars that models may be paid for the answer; None: no limit.
    usd_left: Decimal | None = None


@dataclass(slots=True)
class RobotBill:
    """What models took for an answer. The skill fills it in before its generator ends, whatever way it
    ends. `cost` in US dollars, exactly; None where a price is not known."""

    model: str = ""
    tokens: int = 0
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RobotAnswer:
    """What it says. `confidence` 0 to 1, None where it cannot tell; `references` are JSON objects with
    `text`, `title` and `url`, each checked by the skill. None for guests: as the robot's own setting."""

    # The whole of it; what was yielded before is forgotten.
    text: str
    confidence: float | None = None
    references: Sequence[Mapping[str, Any]] = ()
    ask_for_person: bool = False
    # A skill that yields pieces leaves it None: whoever may read the robot has read them.
    visible_to_guests: bool | None = None
    # What is kept with the turn: JSON, no words of people.
    observed: Mapping[str, Any] = field(default_factory=dict)


class RobotSkill(Protocol):
    """One kind of robot."""

    def checked_settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings as they are to be stored. Raises Invalid by field."""

    def answer(self, question: RobotQuestion, bill: RobotBill) -> Generator[str | RobotAnswer]:
        """Raises RobotFailed, `budget_spent` among others."""


_skills: dict[str, RobotSkill] = {}


def register_robot_skill(kind: str, skill: RobotSkill) -> None:
    """Add a skill, or replace the one of that kind."""
    _skills[kind] = skill


def robot_skill(kind: str) -> RobotSkill:
    """Raises NotFound for a kind that no installed app has."""
    try:
        return _skills[kind]
    except KeyError:
        raise NotFound(f"No robot can be a {kind}.") from None
