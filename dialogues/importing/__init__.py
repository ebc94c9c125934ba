"""Reading book files: bytes in, a `ParsedBook` out. Pure: no database, no files, no network."""

from dialogues.importing.parsed import BookUnreadable as BookUnreadable
from dialogues.importing.parsed import ParsedBook as ParsedBook
from dialogues.importing.reading import read_book as read_book
