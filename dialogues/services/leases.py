"""Holding a turn while it is worked on: a lease kept ahead, an ear for its being called off, an eye on
the clock.

The answerer may be silent for long, so a small thread does it all; checking costs the answer nothing.
"""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog
from django.conf import settings
from django.db import Error, connection

from chatcore.errors import ChatcoreError
from dialogues.models import DialogueTurn
from dialogues.services.turns import LEASE, TurnLost, renew_lease

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.5
# When it is to stop, the answerer has so many looks' time to come to a next piece and stop by itself.
_SILENT_LOOKS = 2
_LOOKS_PER_RENEWAL = int(LEASE.total_seconds() / LOOK_SECONDS / 3)


class Cancelled(ChatcoreError):
    """Its reader called the answer off."""

    code = "cancelled"
    title = "The answer was called off"


class TookTooLong(ChatcoreError):
    """The answer was not whole in TURN_SECONDS."""

    code = "turn_timeout"
    title = "The answer took too long and was broken off"


class Lease:
    """`with Lease(turn) as lease:` and then `lease.check()` between the pieces of the answer."""

    def __init__(self, turn: DialogueTurn) -> None:
        # What closes the turn when it is to stop and the answerer stays silent.
        self.break_off: Callable[[ChatcoreError], None] | None = None
        self._turn = turn
        self._lost = False
        self._silent_looks = 0
        self._ends_at = time.monotonic() + settings.TURN_SECONDS
        self._stopped_by: Cancelled | TookTooLong | None = None
        self._stopped = threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"lease-{turn.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def check(self) -> None:
        """Raises Cancelled, TookTooLong or TurnLost; otherwise nothing."""
        if self._lost:
            raise TurnLost
        if self._stopped_by:
            raise self._stopped_by

    def sleep(self, seconds: float) -> None:
        """Wait before another attempt. Raises what `check` raises."""
        self._stopped.wait(seconds)
        self.check()

    def _keep(self) -> None:
        looks = 0
        while not self._done.wait(LOOK_SECONDS):
            looks += 1
            try:
                self._look(renew=looks % _LOOKS_PER_RENEWAL == 0)
            except Error as error:  # it comes back, or the lease runs out
                log.warning("lease_not_renewed", turn=str(self._turn.pk), error=repr(error))
            finally:
                connection.close()

    def _look(self, *, renew: bool) -> None:
        if renew and not renew_lease(self._turn):
            self._lost = True
        if self._stopped_by:
            self._silent_looks += 1
            if self._silent_looks == _SILENT_LOOKS and self.break_off:
                self.break_off(self._stopped_by)
        elif DialogueTurn.objects.filter(pk=self._turn.pk, cancel_requested=True).exists():
            self._stop(Cancelled())
        elif time.monotonic() > self._ends_at:
            self._stop(TookTooLong())

    def _stop(self, why: Cancelled | TookTooLong) -> None:
        self._stopped_by = why
        self._stopped.set()
