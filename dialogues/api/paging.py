"""Messages are paged by position: by `seq` for reading, by `version` for catching up."""

from rest_framework.request import Request

from chatcore.errors import Invalid
from chatcore.http.paging import limit_from, whole_number
from dialogues.models import DialogueSession
from dialogues.selectors.messages import (
    MessagePage,
    changes_after,
    messages_after,
    messages_before,
)

DEFAULT_LIMIT = 50
MOST = 200
POSITIONS = ("before_seq", "after_seq", "after_version")


def page_of(session: DialogueSession, request: Request) -> MessagePage:
    """The page that the query names; the newest messages when it names none. Raises Invalid."""
    limit = limit_from(request, default=DEFAULT_LIMIT, most=MOST)
    given = {name: whole_number(request, name) for name in POSITIONS}
    if sum(value is not None for value in given.values()) > 1:
        raise Invalid("Give one of before_seq, after_seq and after_version, not several.")
    if (version := given["after_version"]) is not None:
        return changes_after(session, version, limit)
    if (after := given["after_seq"]) is not None:
        return messages_after(session, after, limit)
    return messages_before(session, given["before_seq"], limit)
