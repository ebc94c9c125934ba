"""Between a model's stream and the reader: no quotation passes unchecked."""

import re
from collections.abc import Iterator, Sequence
from uuid import UUID

from dialogues.answerers.port import Citation, Delta
from dialogues.answerers.quotations import quotation_in
from dialogues.selectors.passages import FoundPassage

_OPENING = re.compile(r"[“\"]|\s?\[|\s\Z")
# A quotation with its source: “…” [2], also “…,” (chapter 1) [2].
_CITED = re.compile(
    r"(?:“(?P<curly>[^“”]{1,1200})”|\"(?P<straight>[^\"]{1,1200})\")"
    r"(?P<between>[.,;:!?]?\s{0,2}(?:\([^)]{0,60}\)\s{0,2})?)\[(?P<number>\d{1,3})\]"
)
_MARKER = re.compile(r"(?P<blank>\s?)\[(?P<number>\d{1,3})\]")
_HALF_A_MARKER = re.compile(r"\s?\[\d{0,3}|\s")
# Longer than any quotation with its marker: beyond this the mark opened none.
_PATIENCE = 1300
# What may stand between a closing mark and the source's number.
_AFTER_CLOSING = 70
_UNDECIDED = re.compile(r"[.,;:!?]?\s{0,2}(?:\([^)]{0,60}(?:\)\s{0,2})?)?(?:\[\d{0,3})?")
_CLOSING = {"“": "”", '"': '"'}


class QuoteGate:
    """Takes the model's pieces, gives pieces and citations.

    Text in quotation marks that names a source is held back until it is whole. Found in the source:
    it passes, and its citation follows. Not found: the words pass without marks and without the
    number, so that they no longer claim to be the book's. Numbers are the citations' own, counted
    from 1 in the answer; one that leads to no citation is left out.
    """

    def __init__(self, sources: Sequence[FoundPassage]) -> None:
        self._sources = sources
        self._held = ""
        self._numbers: dict[tuple[UUID, str], int] = {}

    def take(self, text: str) -> Iterator[Delta | Citation]:
        """Whatever can be shown now that `text` has come."""
        self._held += text
        yield from self._release(is_end=False)

    def end(self) -> Iterator[Delta | Citation]:
        """The rest."""
        yield from self._release(is_end=True)

    def _release(self, *, is_end: bool) -> Iterator[Delta | Citation]:
        while self._held:
            opening = _OPENING.search(self._held)
            if not opening or opening.start():
                yield from self._pass(opening.start() if opening else len(self._held))
            elif cited := _CITED.match(self._held):
                yield from self._checked(cited)
            elif marker := _MARKER.match(self._held):
                yield from self._counted(marker)
            elif is_end or self._is_ordinary():
                yield from self._pass(self._ordinary_length())
            else:
                return

    def _pass(self, length: int) -> Iterator[Delta]:
        text, self._held = self._held[:length], self._held[length:]
        if text:
            yield Delta(text)

    def _closing_at(self) -> int:
        mark = _CLOSING.get(self._held[0])
        return self._held.find(mark, 1) if mark else -1

    def _is_ordinary(self) -> bool:
        """Marks that cite nothing: talk, a title, irony; a bracket that holds no number."""
        if self._held[0] not in _CLOSING:
            return not _HALF_A_MARKER.fullmatch(self._held)
        closing = self._closing_at()
        if closing < 0:
            return len(self._held) > _PATIENCE
        rest = self._held[closing + 1 :]
        return not _UNDECIDED.fullmatch(rest) or len(rest) > _AFTER_CLOSING

    def _ordinary_length(self) -> int:
        closing = self._closing_at()
        if closing > 0:
            return closing + 1
        return 2 if re.match(r"\s\[", self._held) else 1

    def _checked(self, cited: re.Match[str]) -> Iterator[Delta | Citation]:
        self._held = self._held[cited.end() :]
        said = cited["curly"] or cited["straight"]
        source = self._source(cited["number"])
        quoted = quotation_in(said, source.text) if source else None
        if source is None or quoted is None:
            yield Delta(said + cited["between"].rstrip())
            return
        is_new = (source.id, quoted) not in self._numbers
        number = self._numbers.setdefault((source.id, quoted), len(self._numbers) + 1)
        yield Delta(f"{cited[0][: cited[0].rindex('[')]}[{number}]")
        if is_new:
            yield _citation(source, quoted)

    def _counted(self, marker: re.Match[str]) -> Iterator[Delta]:
        """A number without a quotation: it may lead to a citation made before."""
        self._held = self._held[marker.end() :]
        source = self._source(marker["number"])
        known = [n for (passage, _), n in self._numbers.items() if source and passage == source.id]
        if known:
            yield Delta(f"{marker['blank']}[{known[-1]}]")

    def _source(self, number: str) -> FoundPassage | None:
        place = int(number)
        return self._sources[place - 1] if 1 <= place <= len(self._sources) else None


def _citation(source: FoundPassage, quoted: str) -> Citation:
    return Citation(
        reference_type="paragraph",
        passage_id=source.id,
        chapter_number=source.chapter_number,
        page_number=source.page_number,
        paragraph_index=source.paragraph_index,
        source_text=source.text,
        highlighted_text=quoted,
        similarity_score=round(source.similarity_score, 2),
        vector_id=source.vector_id,
    )
