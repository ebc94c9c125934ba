"""Page numbers for books whose source marks none."""

from dataclasses import replace

from dialogues.importing.parsed import ParsedChapter

WORDS_PER_PAGE = 300


def estimate_pages(chapters: list[ParsedChapter]) -> None:
    """Count 300 words as a page, from the book's first word; a passage has the page it begins on.

    An estimate, and shown as one (`Book.pages_are_estimated`): about a paperback's page.
    """
    words = 0
    for chapter in chapters:
        for place, passage in enumerate(chapter.passages):
            page = 1 + words // WORDS_PER_PAGE
            chapter.passages[place] = replace(passage, page_number=page)
            words += len(passage.text.split())
