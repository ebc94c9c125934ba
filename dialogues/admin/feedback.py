"""Feedback on answers, and the queue of those called incorrect, which staff works off here."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from chatcore.admin.base import PrivateWords, apply_to_each, display, link_to
from chatcore.admin.paging import BigTable
from chatcore.admin_site import Figure, Menu, register_figure
from chatcore.errors import ChatcoreError
from dialogues.admin.menu import DIALOGUES
from dialogues.models import DialogueMessage, MessageFeedback, ReviewState, Verdict
from dialogues.selectors.feedback import judged_exchange, open_reviews
from dialogues.services.feedback import REVIEWED, review_feedback

VERDICT_COLOURS = {"helpful": "success", "unhelpful": "warning", "incorrect": "danger"}
REVIEW_COLOURS = {"open": "danger", "confirmed": "warning", "dismissed": "info"}


@admin.register(MessageFeedback)
class MessageFeedbackAdmin(PrivateWords[MessageFeedback], BigTable[MessageFeedback]):
    """The verdict is its giver's; staff writes the review alone, through its service."""

    menu = Menu(DIALOGUES, 80, "rate_review")
    list_display = ("created_at", "shown_verdict", "shown_review", "beginning", "user", "reviewer")
    list_filter = ("review_state", "feedback_type", ("user", AutocompleteSelectFilter))
    list_select_related = ("user", "reviewed_by")
    actions = ("confirm", "dismiss")
    readonly_fields = (
        *("feedback_type", "feedback_text", "user", "question", "answer", "answer_page"),
        *("reviewed_by", "reviewed_at", "created_at", "updated_at"),
    )
    fieldsets: ClassVar = [
        ("What was said", {"fields": ["question", "answer", "answer_page"]}),
        ("Verdict", {"fields": [("feedback_type", "user"), "feedback_text", "created_at"]}),
        (
            "Review",
            {"fields": ["review_state", "review_note", ("reviewed_by", "reviewed_at")]},
        ),
    ]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Of the queue, the longest waiting first."""
        return ["id" if request.GET.get("review_state__exact") == ReviewState.OPEN else "-id"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a verdict of `incorrect` has anything to decide."""
        judged = obj is None or obj.feedback_type == Verdict.INCORRECT
        return judged and super().has_change_permission(request, obj)

    def formfield_for_choice_field(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> forms.TypedChoiceField | None:
        if db_field.name == "review_state":
            kwargs["choices"] = [c for c in ReviewState.choices if c[0] != ReviewState.NONE]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: MessageFeedback, form: Any, change: bool
    ) -> None:
        if obj.review_state not in REVIEWED:
            self.message_user(request, "Decide: confirmed or dismissed.", messages.WARNING)
            return
        try:
            _review(obj, request, obj.review_state, obj.review_note)
        except ChatcoreError as stopped:
            self.message_user(request, stopped.detail, messages.ERROR)

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("dialogues.change_messagefeedback")

    @admin.action(description="Confirm: the answer is wrong", permissions=["review"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[MessageFeedback]) -> None:
        decide = partial(_review, request=request, state=ReviewState.CONFIRMED)
        apply_to_each(self, request, queryset, decide, "Confirmed")

    @admin.action(description="Dismiss: the answer is right", permissions=["review"])
    def dismiss(self, request: HttpRequest, queryset: QuerySet[MessageFeedback]) -> None:
        decide = partial(_review, request=request, state=ReviewState.DISMISSED)
        apply_to_each(self, request, queryset, decide, "Dismissed")

    @display(description="verdict", ordering="feedback_type", label=VERDICT_COLOURS)
    def shown_verdict(self, feedback: MessageFeedback) -> tuple[str, str]:
        return feedback.feedback_type, feedback.get_feedback_type_display()

    @display(description="review", ordering="review_state", label=REVIEW_COLOURS)
    def shown_review(self, feedback: MessageFeedback) -> tuple[str, str]:
        nothing = feedback.review_state == ReviewState.NONE
        return feedback.review_state, "–" if nothing else feedback.get_review_state_display()

    @admin.display(description="what they say")
    def beginning(self, feedback: MessageFeedback) -> str:
        return feedback.feedback_text[:120]

    @admin.display(description="reviewed by")
    def reviewer(self, feedback: MessageFeedback) -> str:
        return str(feedback.reviewed_by or "–")

    @admin.display(description="question")
    def question(self, feedback: MessageFeedback) -> str:
        return judged_exchange(feedback)[0]

    @admin.display(description="answer")
    def answer(self, feedback: MessageFeedback) -> str:
        return judged_exchange(feedback)[1]

    @admin.display(description="with its sources")
    def answer_page(self, feedback: MessageFeedback) -> str:
        return link_to(DialogueMessage, feedback.message_id, "the message")


def _review(feedback: MessageFeedback, request: HttpRequest, state: str, note: str = "") -> None:
    review_feedback(feedback.pk, by=request.user, state=state, note=note)  # type: ignore[arg-type]


def _figure() -> tuple[str, str]:
    return str(open_reviews()), "answers called incorrect wait for a review"


register_figure(
    Figure(
        35,
        "Reviews",
        "rate_review",
        _figure,
        "admin:dialogues_messagefeedback_changelist",
        "dialogues.view_messagefeedback",
    )
)
