"""Who digests a dialogue."""

from django.conf import settings

from dialogues.answerers import librarian
from dialogues.answerers.openai_compatible import Endpoint
from dialogues.answerers.registry import configured_endpoint
from dialogues.digesters.model import ModelDigester
from dialogues.digesters.port import Digester, Material
from dialogues.digesters.rules import Rules

# Further behind, as after an import, a model would be asked hundreds of times: the rules catch up.
BEHIND_MOST = 160


def note_taker() -> Endpoint | None:
    """The model's server, where a model is to take the notes (DIGEST_WITH)."""
    return configured_endpoint() if settings.DIGEST_WITH == "model" else None


def digester_for(material: Material, behind: int) -> Digester:
    """The configured model; the rules where none is, where the dialogue asks for the librarian, or
    where more than BEHIND_MOST messages wait."""
    endpoint = note_taker()
    if endpoint is None or material.model_name == librarian.NAME or behind > BEHIND_MOST:
        return Rules()
    return ModelDigester(endpoint)
