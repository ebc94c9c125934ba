"""What of seed 000's "Caching strategy" is kept in Valkey. Whoever writes a fact that stands here calls
the function that forgets it; `chatcore.stamped` sees to readers that come in between."""

from uuid import UUID

from chatcore.stamped import StampedCache

# The newest page of a dialogue, ten minutes. By the version of the dialogue, which every change takes.
RECENT = StampedCache("recent-messages", 600)
# The page's length at every door; other lengths are read where they stand.
RECENT_LENGTH = 50

# What the page for a new dialogue offers, one hour.
TEMPLATES = StampedCache("templates", 3600)
OFFERED = "offered"


def recent_key(session_id: UUID, *, snapshots: bool) -> str:
    return f"{session_id}:{'whole' if snapshots else 'light'}"


def forget_recent(session_id: UUID) -> None:
    """Words of the dialogue were changed or erased in this transaction: they go from the cache, too."""
    RECENT.forget_on_commit(recent_key(session_id, snapshots=one) for one in (True, False))


def forget_templates() -> None:
    """What is offered was changed in this transaction."""
    TEMPLATES.forget_on_commit([OFFERED])
