"""Who answers a question: the model where one is configured, else the librarian, or, where there are
tools, the reader of commands; with the companion its listener."""

from django.conf import settings

from dialogues.answerers import commands, companion, librarian
from dialogues.answerers.openai_compatible import Endpoint, OpenAICompatible
from dialogues.answerers.port import Answerer, Question


def answerer_for(question: Question) -> Answerer:
    """The configured model; the librarian where none is, or where the dialogue asks for it."""
    endpoint = configured_endpoint()
    if endpoint is None and question.companion and question.model_name != librarian.NAME:
        return companion.CompanionListener()
    if endpoint is None and question.tools and question.model_name != librarian.NAME:
        return commands.CommandReader()
    if endpoint is None or question.model_name == librarian.NAME:
        return librarian.Librarian()
    return OpenAICompatible(endpoint)


def model_of(question: Question) -> str:
    """The name of the model that will be asked; empty where none is."""
    endpoint = configured_endpoint()
    if endpoint is None or question.model_name == librarian.NAME:
        return ""
    return question.model_name or endpoint.model


def configured_endpoint() -> Endpoint | None:
    """LLM_BASE_URL and LLM_MODEL make an endpoint; LLM_API_KEY where the server wants one."""
    if not (settings.LLM_BASE_URL and settings.LLM_MODEL):
        return None
    return Endpoint(
        base_url=settings.LLM_BASE_URL,
        api_key=settings.LLM_API_KEY,
        model=settings.LLM_MODEL,
        silence_seconds=settings.LLM_SILENCE_SECONDS,
    )
