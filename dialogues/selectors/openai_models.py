"""What an OpenAI client may choose as its model: books, characters, the assistant, the companion."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.text import slugify

from chatcore.errors import NotFound
from chatcore.models import User
from dialogues.models import Book, Character, DialogueSession, DialogueType
from dialogues.selectors.books import book_for, books_for

MOST_BOOKS = 1_000


class ModelNotFound(NotFound):
    code = "model_not_found"
    title = "There is no such model, or you may not use it"


@dataclass(frozen=True, slots=True)
class OpenAIModel:
    """A partner under the name that a client knows it by."""

    id: str
    title: str
    type: str
    created: datetime
    book: UUID | None = None
    character: UUID | None = None

    def fits(self, session: DialogueSession) -> bool:
        """Whether a dialogue is one with this partner."""
        subject = (session.type, session.book_id, session.character_id)
        return subject == (self.type, self.book, self.character)


def openai_models(user: User) -> list[OpenAIModel]:
    """Everything that the user may talk with; two queries."""
    books = books_for(user).filter(status=Book.Status.READY).order_by("title", "id")[:MOST_BOOKS]
    listed = list(books.prefetch_related("characters"))
    return [
        *_of_the_house(user),
        *(_book(book) for book in listed),
        *(model for book in listed for model in _characters(book, book.characters.all())),
    ]


def openai_model(user: User, name: str) -> OpenAIModel:
    """The model of a name. Raises ModelNotFound."""
    kind, _, rest = name.partition(":")
    slug, _, character = rest.partition("/")
    for model in _candidates(user, kind, slug, character):
        if model.id == name:
            return model
    raise ModelNotFound


def _candidates(user: User, kind: str, slug: str, character: str) -> Iterator[OpenAIModel]:
    if kind not in ("book", "character"):
        yield from _of_the_house(user)
        return
    try:
        book = book_for(user, slug)
    except NotFound:
        return
    if book.status != Book.Status.READY:
        return
    if character:
        yield from _characters(book, book.characters.all())
    else:
        yield _book(book)


def _of_the_house(user: User) -> Iterator[OpenAIModel]:
    yield OpenAIModel("assistant", "Assistant", DialogueType.ASSISTANT, user.created_at)
    yield OpenAIModel("companion", "Companion", DialogueType.COMPANION, user.created_at)


def _book(book: Book) -> OpenAIModel:
    return OpenAIModel(
        f"book:{book.slug}", book.title, DialogueType.BOOK, book.created_at, book=book.pk
    )


def _characters(book: Book, characters: Iterable[Character]) -> Iterator[OpenAIModel]:
    """Named after the character; of two whose names look alike the later one gets a number."""
    taken: set[str] = set()
    for character in sorted(characters, key=lambda one: one.pk):
        slug = base = slugify(character.name) or character.pk.hex
        number = 1
        while slug in taken:
            number += 1
            slug = f"{base}-{number}"
        taken.add(slug)
        if character.is_active:
            yield OpenAIModel(
                f"character:{book.slug}/{slug}",
                f"{character.name} ({book.title})",
                DialogueType.CHARACTER,
                character.created_at,
                book=book.pk,
                character=character.pk,
            )
