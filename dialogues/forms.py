"""What the pages of dialogues take in."""

from collections.abc import Sequence
from typing import Any

from django import forms

from chatcore.models.conversations import CONTENT_MAX
from dialogues.digesters.cleaning import VALUE_MAX
from dialogues.models import (
    DialogueSession,
    DialogueTemplate,
    DialogueType,
    SavedDialogue,
    Verdict,
)
from dialogues.models.feedback import FEEDBACK_MAX
from dialogues.models.saved import NOTES_MAX, TAG_LENGTH, TAGS_MOST
from dialogues.models.task_list import DESCRIPTION_MAX, TITLE_MAX
from dialogues.selectors.templates import Offer


class AskForm(forms.Form):
    content = forms.CharField(max_length=CONTENT_MAX)
    # Made with the page, so that a form sent twice is one question.
    client_ref = forms.UUIDField(required=False)


class FactForm(forms.Form):
    value = forms.CharField(max_length=VALUE_MAX)


class TaskForm(forms.Form):
    title = forms.CharField(max_length=TITLE_MAX)
    description = forms.CharField(max_length=DESCRIPTION_MAX, required=False)


class NewDialogueForm(forms.Form):
    """Whom or what to talk with, and how to begin. What was chosen for another type is not asked for."""

    type = forms.ChoiceField(
        choices=[(kind.value, kind.label) for kind in DialogueTemplate.Type], required=False
    )
    book = forms.UUIDField(required=False)
    character = forms.UUIDField(required=False)
    current_chapter = forms.IntegerField(required=False, min_value=1, max_value=10_000)
    template = forms.UUIDField(required=False)
    question = forms.CharField(required=False, max_length=CONTENT_MAX, widget=forms.Textarea)

    def __init__(self, *args: Any, templates: Sequence[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._types = {template.pk: template.type for template in templates}

    @property
    def chosen_type(self) -> str:
        """Which type the page shows: what was chosen, else what an address led to."""
        chosen = str(self["type"].value() or "")
        return chosen or (
            DialogueType.CHARACTER if self["character"].value() else DialogueType.BOOK
        )

    def clean(self) -> dict[str, Any]:
        given = {**self.cleaned_data, "type": self.cleaned_data.get("type") or DialogueType.BOOK}
        if given["type"] == DialogueType.BOOK and not given.get("book"):
            self.add_error("book", "Choose a book.")
        if given["type"] == DialogueType.CHARACTER and not given.get("character"):
            self.add_error("character", "Choose a character.")
        return given

    def beginning(self) -> dict[str, Any]:
        """The arguments of `create_dialogue`."""
        given = self.cleaned_data
        kind, template = given["type"], given["template"]
        of_another = self._types.get(template, kind) != kind
        return {
            "type": kind,
            "book": given["book"] if kind == DialogueType.BOOK else None,
            "character": given["character"] if kind == DialogueType.CHARACTER else None,
            "template": None if of_another else template,
            "current_chapter": None if kind == DialogueType.ASSISTANT else given["current_chapter"],
            "initial_question": given["question"],
        }


class FeedbackForm(forms.Form):
    """`withdraw` is what the pressed button says."""

    feedback_type = forms.ChoiceField(choices=[*Verdict.choices, ("withdraw", "Take back")])
    feedback_text = forms.CharField(required=False, max_length=FEEDBACK_MAX)


class RatingForm(forms.Form):
    user_rating = forms.IntegerField(min_value=1, max_value=5)


class SaveForm(forms.Form):
    """How a dialogue is kept; it begins with what is kept already."""

    title = forms.CharField(required=False, max_length=500)
    notes = forms.CharField(required=False, max_length=NOTES_MAX, widget=forms.Textarea)
    tags = forms.CharField(required=False, max_length=TAGS_MOST * (TAG_LENGTH + 5))
    is_public = forms.BooleanField(required=False)
    # The button that shows what was said since, too.
    again = forms.BooleanField(required=False)

    def __init__(
        self, *args: Any, session: DialogueSession, saved: SavedDialogue | None, **kwargs: Any
    ) -> None:
        beginning = (
            {
                "title": saved.title,
                "notes": saved.notes,
                "tags": ", ".join(saved.tags),
                "is_public": saved.is_public,
            }
            if saved
            else {"title": session.title}
        )
        super().__init__(*args, **{**kwargs, "initial": beginning})
        self.was_public = bool(saved and saved.is_public)

    def clean_tags(self) -> list[str]:
        tags = [tag.strip() for tag in self.cleaned_data["tags"].split(",") if tag.strip()]
        if len(tags) > TAGS_MOST or any(len(tag) > TAG_LENGTH for tag in tags):
            raise forms.ValidationError(
                f"At most {TAGS_MOST} tags of at most {TAG_LENGTH} characters."
            )
        return tags

    def columns(self) -> dict[str, Any]:
        """For `save_dialogue` and `change_saved`: shared anew only when it is asked for."""
        given = {name: self.cleaned_data[name] for name in ("title", "notes", "tags")}
        public = self.cleaned_data["is_public"]
        if public != self.was_public or (public and self.cleaned_data["again"]):
            given["is_public"] = public
        return given
