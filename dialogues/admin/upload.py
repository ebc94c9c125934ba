"""The form that takes a book's file and begins its import."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from chatcore.models import Job


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
        raise NotImplementedError
