"""Between a model's stream and the reader: no quotation passes unchecked."""

import re
from collections.abc import Iterator, Sequence

from dialogues.answerers.port import Citation, Delta
from dialogues.answerers.quotations import quotation_in
from dialogues.selectors.passages import FoundPassage

_OPENING = re.compile(r"[“\"]")
# A quotation with its source: “…” [2], also “…,” (chapter 1) [2].
_CITED = re.compile(
    r"(?:“(?P<curly>[^“]{1,1200}?)”|\"(?P<straight>[^\"]{1,1200}?)\")"
    r"(?P<between>[.,;:!?]?\s{0,2}(?:\([^)]{0,60}\)\s{0,2})?)\[(?P<number>\d{1,3})\]"
)
# Longer than any quotation with its marker: beyond this the mark opened none.
_PATIENCE = 1300
# What may stand between a closing mark and the source's number.
_AFTER_CLOSING = 70
_CLOSING = {"“": "”", '"': '"'}


class QuoteGate:
    """Takes the model's pieces, gives pieces and citations.

    Text in quotation marks that names a source is held back until it is whole. Found in the source:
    it passes, and its citation follows. Not found: the words pass without marks and without the
    number, so that they no longer claim to be the book's.
    """

    def __init__(self, sources: Sequence[FoundPassage]) -> None:
        self._sources = sources
        self._held = ""

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
            if not opening:
                yield from self._pass(len(self._held))
            elif opening.start():
                yield from self._pass(opening.start())
            elif cited := _CITED.match(self._held):
                yield from self._checked(cited)
            elif is_end or self._is_ordinary():
                yield from self._pass(self._ordinary_length())
            else:
                return

    def _pass(self, length: int) -> Iterator[Delta]:
        text, self._held = self._held[:length], self._held[length:]
        yield Delta(text)

    def _closing_at(self) -> int:
        return self._held.find(_CLOSING[self._held[0]], 1)

    def _is_ordinary(self) -> bool:
        """Quotation marks that cite nothing: talk, a title, irony."""
        closing = self._closing_at()
        if closing < 0:
            return len(self._held) > _PATIENCE
        rest = self._held[closing + 1 :]
        undecided = re.fullmatch(
            r"[.,;:!?]?\s{0,2}(?:\([^)]{0,60}(?:\)\s{0,2})?)?(?:\[\d{0,3})?", rest
        )
        return undecided is None or len(rest) > _AFTER_CLOSING

    def _ordinary_length(self) -> int:
        closing = self._closing_at()
        return closing + 1 if closing > 0 else 1

    def _checked(self, cited: re.Match[str]) -> Iterator[Delta | Citation]:
        self._held = self._held[cited.end() :]
        said = cited["curly"] or cited["straight"]
        number = int(cited["number"])
        source = self._sources[number - 1] if 1 <= number <= len(self._sources) else None
        quoted = quotation_in(said, source.text) if source else None
        if source is None or quoted is None:
            yield Delta(said + cited["between"].rstrip())
            return
        yield Delta(cited[0])
        yield _citation(source, quoted)


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
    )
