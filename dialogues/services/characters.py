"""Characters of a book."""

from typing import NotRequired, TypedDict

from chatcore.models import User
from dialogues.models import Book, Character


class CharacterFacts(TypedDict):
    """What is known of a character; the keys are the columns of `characters`."""

    name: str
    aliases: NotRequired[list[str]]
    description: NotRequired[str]
    persona: NotRequired[str]
    voice: NotRequired[str]
    greeting: NotRequired[str]
    first_chapter: NotRequired[int]


def put_character(book: Book, facts: CharacterFacts, *, by: User | None = None) -> Character:
    """Add a character to a book, or change the one of that name (whatever its case)."""
    there = Character.objects.filter(book=book, name__iexact=facts["name"]).first()
    character = there or Character(book=book, created_by=by)
    for column, value in facts.items():
        setattr(character, column, value)
    character.full_clean()
    character.save()
    return character
