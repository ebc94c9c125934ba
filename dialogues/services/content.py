"""Rules about the words themselves."""

from chatcore.errors import Invalid
from chatcore.models.conversations import CONTENT_MAX

TITLE_LENGTH = 80


def checked_content(content: str) -> str:
    """The text, if it says something and fits. Raises Invalid."""
    if not content.strip():
        raise Invalid(errors={"content": ["Say something."]})
    if len(content) > CONTENT_MAX:
        raise Invalid(errors={"content": [f"At most {CONTENT_MAX:,} characters."]})
    return content


def title_from(content: str) -> str:
    """A dialogue's title: the first line of its first message, cut at a word."""
    line = " ".join(content.strip().partition("\n")[0].split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[: TITLE_LENGTH - 1].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"
