"""The form that takes a book's file and begins its import."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from chatcore.errors import ChatcoreError
from chatcore.models import Job
from dialogues.services.book_imports import start_import


class UploadForm(forms.Form):
    """A plain text or EPUB file; the empty fields are read from the file itself."""

    file = forms.FileField(
        label="File",
        widget=UnfoldAdminFileFieldWidget,
        help_text="Plain text (Project Gutenberg's form is understood) or EPUB.",
    )
    title = forms.CharField(required=False, max_length=500, widget=UnfoldAdminTextInputWidget)
    author = forms.CharField(required=False, max_length=300, widget=UnfoldAdminTextInputWidget)
    language = forms.CharField(
        required=False,
        max_length=35,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "en"}),
    )
    is_knowledge_base = forms.BooleanField(
        required=False,
        widget=UnfoldBooleanWidget,
        help_text="Robots and assistants may answer from it unasked.",
    )

    def begin(self, user: Any) -> Job | None:
        """The job of the import; None when the file was refused, which the form then says."""
        fields = {name: value for name, value in self.cleaned_data.items() if name != "file"}
        try:
            return start_import(self.cleaned_data["file"], by=user, **fields)
        except ChatcoreError as refused:
            self.add_error("file", refused.detail)
            return None
