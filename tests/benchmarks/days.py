"""How large a day of support is. Without Django, which has no settings yet when sizes are chosen."""

from __future__ import annotations

from dataclasses import dataclass

MAX_LOAD = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """How many come in to how many agents within so many seconds."""

    agents: int
    escalations: int
    seconds: float
    threads: int = 12
    seed: int = 7

    @property
    def handling(self) -> float:
        """Seconds for one, on average: the agents are busy for two thirds of the day, more at its peak."""
        return self.agents * MAX_LOAD * self.seconds / self.escalations * 2 / 3
