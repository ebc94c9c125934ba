"""The webhook among robots: a program of somebody's own answers over HTTP. See `docs/robots.md`."""

from collections.abc import Generator, Mapping
from typing import Any

import orjson
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from chatcore.errors import Invalid
from chatcore.http.rendering import json_bytes
from chatcore.http.serializers import StrictSerializer
from chatcore.models.conversations import CONTENT_MAX
from chatcore.outbound import OutboundFailed, OutboundRefused, checked_url
from chatcore.robots import RobotAnswer, RobotBill, RobotFailed, RobotQuestion
from rooms.models import RobotInteraction
from rooms.services.webhook_calls import call

SECONDS, SECONDS_MOST = 10, 30


class _Settings(StrictSerializer):
    url = serializers.CharField(max_length=2000)
    timeout_seconds = serializers.IntegerField(min_value=1, max_value=SECONDS_MOST, default=SECONDS)


class _Said(StrictSerializer):
    text = serializers.CharField(max_length=CONTENT_MAX, required=False, default="")
    visible_to_guests = serializers.BooleanField(required=False, default=None, allow_null=True)
    ask_for_person = serializers.BooleanField(required=False, default=False)
    confidence = serializers.FloatField(
        min_value=0, max_value=1, required=False, default=None, allow_null=True
    )


class WebhookRobot:
    """A skill for `chatcore.robots`; its settings: `url`, `timeout_seconds`."""

    def checked_settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Raises Invalid by field."""
        bound = _Settings(data=dict(settings))
        if not bound.is_valid():
            told = [f"{name}: {lines[0]}" for name, lines in bound.errors.items()]
            raise Invalid(errors={"settings": told})
        try:
            checked_url(bound.validated_data["url"])
        except Invalid as error:
            raise Invalid(errors={"settings": [f"url: {error.detail}"]}) from None
        return dict(bound.validated_data)

    def answer(self, question: RobotQuestion, bill: RobotBill) -> Generator[RobotAnswer]:
        """Raises RobotFailed; another attempt helps where nobody answered or the server is at fault."""
        turn = RobotInteraction.objects.select_related("robot").get(pk=question.turn)
        try:
            answered = call(
                question.settings["url"],
                _body(question),
                salt=turn.robot.secret_salt,
                seconds=question.settings["timeout_seconds"],
                of=turn,
            )
        except OutboundRefused as error:
            raise RobotFailed(error.detail, code=error.code, retryable=False) from error
        except OutboundFailed as error:
            raise RobotFailed(error.detail, code=error.code, retryable=True) from error
        if not answered.is_good:
            words = f"The robot's server answered {answered.status}."
            raise RobotFailed(words, code="bad_status", retryable=answered.may_be_repeated)
        yield _checked(answered.body, len(question.history))


def _body(question: RobotQuestion) -> bytes:
    about = question.about
    return json_bytes(
        {
            "type": "robot.question",
            "turn": question.turn,
            "robot": about["robot"],
            "room": about["room"],
            "why": about["why"],
            "message": {"id": about["message"], "content": question.content},
            "history": [
                {"content": heard.content, "by_robot": heard.by_robot} for heard in question.history
            ],
        }
    )


def _checked(body: bytes, history: int) -> RobotAnswer:
    try:
        bound = _Said(data=orjson.loads(body))
        bound.is_valid(raise_exception=True)
    except (orjson.JSONDecodeError, ValidationError) as error:
        words = f"The robot's answer is not valid: {error}"[:500]
        raise RobotFailed(words, code="bad_answer", retryable=False) from error
    said = bound.validated_data
    if not said["text"] and not said["ask_for_person"]:
        words = "The robot's answer has no text."
        raise RobotFailed(words, code="bad_answer", retryable=False)
    return RobotAnswer(
        said["text"],
        said["confidence"],
        ask_for_person=said["ask_for_person"],
        visible_to_guests=said["visible_to_guests"],
        observed={"history": history},
    )
