"""What the pages of dialogues take in."""

from collections.abc import Sequence
from typing import Any

from django import forms

from chatcore.models.conversations import CONTENT_MAX
from dialogues.models import Book


class AskForm(forms.Form):
    content = forms.CharField(max_length=CONTENT_MAX)
    # Made with the page, so that a form sent twice is one question.
    client_ref = forms.UUIDField(required=False)


class NewDialogueForm(forms.Form):
    book = forms.UUIDField(error_messages={"required": "Choose a book."})
    current_chapter = forms.IntegerField(required=False, min_value=1, max_value=10_000)
    question = forms.CharField(required=False, max_length=CONTENT_MAX, widget=forms.Textarea)

    def __init__(self, *args: Any, books: Sequence[Book], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.books = books

    def beginning(self) -> dict[str, Any]:
        """The arguments of `create_dialogue`."""
        return {
            "type": "book",
            "book": self.cleaned_data["book"],
            "current_chapter": self.cleaned_data["current_chapter"],
            "initial_question": self.cleaned_data["question"],
        }
