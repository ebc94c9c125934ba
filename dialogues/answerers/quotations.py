"""Checking quotations: what is shown as the book's words stands in the book."""

# How models and keyboards spell what a book prints otherwise. One character each, so that a place
# in the folded text is a place in the text.
_FOLDED = str.maketrans("‘’‚‛′“”„‟″–—‒―−\u00a0\u2009\u202f", "'''''\"\"\"\"\"-----   ")


def quotation_in(quote: str, text: str) -> str | None:
    """The part of `text` that `quote` quotes, literally as it stands there, or None.

    The rule: runs of white space count as one blank, the kinds of quotation marks, dashes and
    blanks as one kind each; everything else, capitals and punctuation too, must be the same. An
    ellipsis or a full stop that the quoting sentence added at its ends is left out.
    """
    wanted = " ".join(quote.translate(_FOLDED).split())
    folded = text.translate(_FOLDED)
    for trimmed in (wanted, wanted.strip(" .,;…"), wanted.strip(" .,;…\"'")):
        if trimmed and (start := folded.find(trimmed)) >= 0:
            return text[start : start + len(trimmed)]
    return None
