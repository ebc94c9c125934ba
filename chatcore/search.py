"""Search over everything a person may see. The kernel knows neither books nor rooms: each app above
registers what of its own can be found, and how a hit looks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from chatcore.ids import public_code
from chatcore.models import User
from chatcore.selectors.message_search import (
    Found,
    MessageSource,
    Part,
    find_messages,
    headline_parts,
    show_messages,
)
from chatcore.selectors.search_query import Asked, asked

# Further down nobody looks: a better question finds more.
OFFSET_MOST = 500
HIT_KINDS = [(kind, kind) for kind in ("dialogue_message", "room_message", "passage")]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The message before or after a hit, shortened."""

    seq: int
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found. `title` is its conversation's or its book's, `url` leads to its very thread."""

    kind: str
    id: UUID
    code: str | None
    conversation: UUID | None
    book: UUID | None
    title: str
    author: str
    snippet: Sequence[Part]
    rank: float
    created_at: datetime | None
    url: str
    seq: int | None
    context: Mapping[str, Neighbour | None]

    def out(self) -> dict[str, Any]:
        return asdict(self)


class Searchable(Protocol):
    """One kind of thing that can be found. `conversation`: only in that one."""

    title: str

    def find(
        self, user: User, asked: Asked, most: int, conversation: UUID | None
    ) -> Sequence[Found]: ...

    def show(self, user: User, asked: Asked, found: Sequence[Found]) -> Sequence[Hit]: ...


@dataclass(frozen=True, slots=True)
class Page:
    """A page of hits, the best first, and whether there are more."""

    hits: Sequence[Hit]
    has_more: bool


_kinds: dict[str, tuple[int, Searchable]] = {}


def register_searchable(name: str, searchable: Searchable, *, order: int) -> None:
    """Add a kind to `?in=`; lower `order` comes first on the page."""
    _kinds[name] = (order, searchable)


def searchables() -> dict[str, Searchable]:
    """Everything that can be found, by its name in `?in=`, in order."""
    ordered = sorted(_kinds.items(), key=lambda kind: kind[1][0])
    return {name: searchable for name, (_, searchable) in ordered}


def search(
    user: User,
    text: str,
    kinds: Sequence[str],
    *,
    limit: int,
    offset: int = 0,
    conversation: UUID | None = None,
) -> Page:
    """A page of what fits best among these kinds, of all that the user may see."""
    question = asked(user, text)
    if question is None:
        return Page((), has_more=False)
    most = offset + limit + 1
    found = [
        (name, one)
        for name in kinds
        for one in _kinds[name][1].find(user, question, most, conversation)
    ]
    found.sort(key=lambda pair: -pair[1].rank)  # stable: equals stay in the order of their kind
    wanted = found[offset : offset + limit]
    hits = _shown(user, question, wanted)
    return Page([hits[one.id] for _, one in wanted if one.id in hits], len(found) > offset + limit)


def _shown(user: User, question: Asked, wanted: Sequence[tuple[str, Found]]) -> dict[UUID, Hit]:
    """The hits by id; what vanished since it was found is left out."""
    hits: dict[UUID, Hit] = {}
    for name in dict.fromkeys(name for name, _ in wanted):
        ones = [one for kind, one in wanted if kind == name]
        hits |= {hit.id: hit for hit in _kinds[name][1].show(user, question, ones)}
    return hits


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation as a hit names it, the address of its page, and who is in it beside me."""

    title: str
    url: str
    other: str = ""


class SearchableMessages:
    """Messages of one source as hits; an app says what its conversations are called."""

    kind: str
    title: str
    source: MessageSource

    def threads(self, user: User, conversations: Sequence[UUID]) -> Mapping[UUID, Thread]:
        raise NotImplementedError

    def author(self, name: str, thread: Thread) -> str:
        """Who wrote it, as a reader calls them; `name` is what the source's `author` gave."""
        return name

    def find(
        self, user: User, asked: Asked, most: int, conversation: UUID | None
    ) -> Sequence[Found]:
        return find_messages(self.source, user, asked, most, conversation)

    def show(self, user: User, asked: Asked, found: Sequence[Found]) -> Sequence[Hit]:
        rows = show_messages(self.source, user, asked, [one.id for one in found])
        threads = self.threads(user, list({row["conversation"] for row in rows.values()}))
        return [
            self._hit(rows[one.id], one.rank, threads[rows[one.id]["conversation"]])
            for one in found
            if one.id in rows
        ]

    def _hit(self, row: Mapping[str, Any], rank: float, thread: Thread) -> Hit:
        return Hit(
            kind=self.kind,
            id=row["id"],
            code=public_code("msg", row["id"]),
            conversation=row["conversation"],
            book=None,
            title=thread.title,
            author=self.author(row["author"], thread),
            snippet=headline_parts(row["headline"]),
            rank=round(rank, 4),
            created_at=row["created_at"],
            url=f"{thread.url}?around={row['seq']}#m{row['seq']}",
            seq=row["seq"],
            context={side: self._neighbour(row, side, thread) for side in ("before", "after")},
        )

    def _neighbour(self, row: Mapping[str, Any], side: str, thread: Thread) -> Neighbour | None:
        if row[f"{side}_seq"] is None:
            return None
        author = self.author(row[f"{side}_author"], thread)
        return Neighbour(row[f"{side}_seq"], author, row[f"{side}_text"])
