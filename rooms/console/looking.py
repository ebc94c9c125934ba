"""Who has an escalation open at this moment, and who of them is writing.

A note in the cache that each open page renews; two who renew it at once may lose one of the two for a
round, which a hint may.
"""

import time
from dataclasses import dataclass
from uuid import UUID

from django.core.cache import cache

from chatcore.models import User

# A page renews its note every 10 s; one that was closed is forgotten after this.
LASTS = 25


@dataclass(frozen=True, slots=True)
class Looker:
    name: str
    is_answering: bool


def others_looking(escalation: UUID, me: User, *, answering: bool) -> list[Looker]:
    """Note that I look, and tell who else does."""
    key, now = f"console:looking:{escalation}", time.time()
    seen = {who: note for who, note in (cache.get(key) or {}).items() if note["until"] > now}
    seen[str(me.pk)] = {"name": me.shown_name, "answering": answering, "until": now + LASTS}
    cache.set(key, seen, LASTS)
    return [
        Looker(note["name"], note["answering"]) for who, note in seen.items() if who != str(me.pk)
    ]
