"""What a list of the console is narrowed by: the query string, which a saved filter keeps."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q

from chatcore.models import User
from rooms.console.lists import SORTS, Rows
from rooms.models import OPEN, EscalationStatus, Level

_WORDS = ("state", "level", "priority", "tag", "whose", "agent", "words", "sort")


class Narrow:
    """`?state=open&level=T2&priority=1&tag=billing&whose=me&words=export&sort=due`.

    What is none of the known values is as if it were not there, so that an old bookmark still opens.
    """

    states = [("open", "Open"), *EscalationStatus.choices]
    levels = Level.values
    owners = [("me", "Mine"), ("nobody", "Nobody’s"), ("others", "Somebody else’s")]

    def __init__(self, query: Mapping[str, str]) -> None:
        given = {name: query.get(name, "").replace("\x00", "").strip() for name in _WORDS}
        self.state = given["state"] if given["state"] in dict(self.states) else ""
        self.level = given["level"] if given["level"] in self.levels else ""
        self.priority = given["priority"] if given["priority"] in set("12345") else ""
        self.tag = given["tag"].lower()[:50]
        self.whose = given["whose"] if given["whose"] in dict(self.owners) else ""
        self.agent = _id_in(given["agent"])
        self.words = given["words"][:200]
        self.sort = given["sort"] if given["sort"] in SORTS else "urgency"

    @property
    def query(self) -> str:
        """As a query string, without what says nothing."""
        given = {name: getattr(self, name) for name in _WORDS}
        if given["sort"] == "urgency":
            del given["sort"]
        return urlencode({name: value for name, value in given.items() if value})

    @property
    def is_narrow(self) -> bool:
        return bool(self.query)

    def applied(self, rows: Rows, user: User) -> Rows:
        return rows.filter(self.condition(user))

    def condition(self, user: User) -> Q:
        """The same for one row; it names columns of the escalation, its room and its customer."""
        found = self._whose(user)
        if self.state:
            found &= Q(status__in=OPEN if self.state == "open" else [self.state])
        if self.level:
            found &= Q(to_level=self.level)
        if self.priority:
            found &= Q(priority=int(self.priority))
        if self.tag:
            found &= Q(tags__contains=[self.tag])
        if self.agent:
            found &= Q(assigned_to_user=UUID(self.agent))
        if self.words:
            found &= (
                Q(source_room__name__icontains=self.words)
                | Q(escalation_reason__icontains=self.words)
                | Q(source_room__issue_id__icontains=self.words)
                | Q(customer__email__icontains=self.words)
                | Q(customer__username__icontains=self.words)
                | Q(customer__display_name__icontains=self.words)
            )
        return found

    def _whose(self, user: User) -> Q:
        match self.whose:
            case "me":
                return Q(assigned_to_user=user)
            case "nobody":
                return Q(assigned_to_user__isnull=True)
            case "others":
                return Q(assigned_to_user__isnull=False) & ~Q(assigned_to_user=user)
        return Q()


def _id_in(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
