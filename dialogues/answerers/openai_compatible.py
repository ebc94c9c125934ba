"""Any server that speaks OpenAI's chat completions: streaming, with checked quotations."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2
import openai
import structlog
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletionChunk

from dialogues.answerers.finding import found_for, place_citations
from dialogues.answerers.port import (
    AnswererError,
    Delta,
    Finished,
    Piece,
    Question,
    ToolCall,
    Usage,
)
from dialogues.answerers.prompts import prompt_for, tokens_sent
from dialogues.answerers.quote_gate import QuoteGate
from dialogues.answerers.tool_protocol import CallsInPieces, results_in_words, tool_arguments

log = structlog.get_logger(__name__)

# Passages offered to the prompt; how many go in depends on the context window.
MOST_PASSAGES = 12
CONNECT_SECONDS = 5.0
# The longest silence between two pieces of a stream; models may think before they speak.
SILENCE_SECONDS = 60.0
# Nobody can say anything in fewer tokens; no request takes more.
LEAST_ANSWER, MOST_TOKENS = 8, 100_000_000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server and its model. `base_url` ends before `/chat/completions`."""

    base_url: str
    api_key: str
    model: str
    silence_seconds: float = SILENCE_SECONDS


class OpenAICompatible:
    """Answers with a model that gets the fitting passages as numbered sources."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def answer(self, question: Question) -> Generator[Piece]:
        """Stream the model's answer; see QuoteGate for what becomes of its quotations.

        Raises AnswererError with the codes `llm_unreachable`, `llm_timeout`, `llm_rate_limited`,
        `llm_failed`, `llm_empty` (worth a repeat) and `llm_refused_key`, `llm_unknown_model`,
        `llm_bad_request`, `budget_spent` (not).
        """
        model = question.model_name or self._endpoint.model
        found = found_for(question, MOST_PASSAGES, _last_question(question))
        prompt = prompt_for(question, found.passages, model)
        sent = tokens_sent(prompt.messages, question, model)
        gate, reply = QuoteGate(prompt.sources), _Reply(model)
        with told_apart(self._endpoint), client_at(self._endpoint) as client:
            stream = client.chat.completions.create(
                model=model,
                messages=prompt.messages,
                temperature=question.temperature,
                max_tokens=_room(question, sent, prompt.answer_tokens),
                stream=True,
                stream_options={"include_usage": True},
                **tool_arguments(question),
            )
            with stream:
                # What is sent is charged for, whatever comes of it.
                yield Usage(model, sent, estimated=True)
                for chunk in stream:
                    yield from gate.take(reply.text_of(chunk))
                    if chunk.usage:
                        yield usage_told(reply.model, chunk.usage)
        if (reply.has_text or reply.calls) and not reply.finish_reason:
            # Over HTTP/1.0 and some proxies a cut stream looks like its end.
            raise _error("llm_unreachable", "The model's server broke off in the answer.")
        yield from gate.end()
        if found.place:
            yield next(place_citations(found.place))
        yield from reply.rest(question)
        yield reply.finished()


def client_at(endpoint: Endpoint) -> openai.OpenAI:
    """One per answer, so that nothing is shared between worker threads. We repeat, not it."""
    return openai.OpenAI(
        base_url=endpoint.base_url,
        # The SDK insists on a key; servers of one's own often want none.
        api_key=endpoint.api_key or "none",
        timeout=httpx2.Timeout(endpoint.silence_seconds, connect=CONNECT_SECONDS),
        max_retries=0,
    )


def usage_told(model: str, used: CompletionUsage) -> Usage:
    """As the server counts, within what a column holds."""
    prompt, completion = used.prompt_tokens or 0, used.completion_tokens or 0
    return Usage(
        model[:100],
        min(max(prompt, 0), MOST_TOKENS),
        min(max(completion, 0), MOST_TOKENS),
    )


def _last_question(question: Question) -> str:
    earlier = [said.content for said in question.history if said.role == "user"]
    return earlier[-1] if earlier else ""


class _Reply:
    """What the chunks say beside their text."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.finish_reason = ""
        self.has_text = False
        self.calls = CallsInPieces()

    def rest(self, question: Question) -> Iterator[Delta | ToolCall]:
        """The calls; where the model has nothing to say after its calls, what came of them."""
        calls = [] if question.tools_spent else self.calls.whole(question)
        yield from calls
        if self.has_text or calls:
            return
        said = results_in_words(question)
        if not said:
            raise _error("llm_empty", "The model answered with nothing.")
        yield Delta(said)

    def text_of(self, chunk: ChatCompletionChunk) -> str:
        self.model = chunk.model or self.model
        text = ""
        for choice in chunk.choices:
            text += choice.delta.content or ""
            self.calls.take(choice.delta.tool_calls or ())
            self.finish_reason = choice.finish_reason or self.finish_reason
        self.has_text = self.has_text or bool(text.strip())
        return text

    def finished(self) -> Finished:
        return Finished(self.model[:100], metadata={"finish_reason": self.finish_reason})


def _room(question: Question, sent: int, most: int) -> int:
    """How long the answer may be: the budget's last cents buy a shorter one. Raises `budget_spent`."""
    room = question.allowance.answer_tokens(sent, most) if question.allowance else most
    if room < LEAST_ANSWER:
        raise _error("budget_spent", "What is left of the budget buys no answer.", again=False)
    return room


@contextmanager
def told_apart(endpoint: Endpoint) -> Iterator[None]:
    """The SDK's and the wire's errors as ours: what happened, and whether a repeat may help."""
    try:
        yield
    except (openai.APITimeoutError, httpx2.TimeoutException):
        raise _error("llm_timeout", "The model's server did not answer in time.") from None
    except (openai.APIConnectionError, httpx2.TransportError) as error:
        # Its address is for whoever runs this house, not for whoever asks.
        log.warning("model_unreachable", address=endpoint.base_url, error=_brief(error))
        raise _error(
            "llm_unreachable", "The model's server cannot be reached, or broke off."
        ) from None
    except openai.APIStatusError as error:
        raise _refusal(error) from None
    except (openai.OpenAIError, ValueError) as error:  # an error or rubbish inside the stream
        raise _error("llm_failed", f"The model's server failed: {_brief(error)}") from None


def _refusal(error: openai.APIStatusError) -> AnswererError:
    match error.status_code:
        case 401 | 403:
            return _error(
                "llm_refused_key", "The model's server refused our key (LLM_API_KEY).", again=False
            )
        case 404:
            return _error(
                "llm_unknown_model", f"The model's server says: {_brief(error)}", again=False
            )
        case 429:
            return _error(
                "llm_rate_limited", "The model's server is asked too often at the moment."
            )
        case status if status < 500:
            return _error(
                "llm_bad_request", f"The model's server refused: {_brief(error)}", again=False
            )
        case _:
            return _error("llm_failed", f"The model's server failed: {_brief(error)}")


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def _error(code: str, detail: str, *, again: bool = True) -> AnswererError:
    return AnswererError(detail, code=code, retryable=again)
