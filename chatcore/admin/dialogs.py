"""Questions asked before something is done: a POST with a token, where a link would be a GET."""

from typing import Any

from unfold.forms import BaseDialogForm


def confirmation(title: str, description: str, submit: str) -> dict[str, Any]:
    """Unfold's dialog with nothing to fill in."""
    return {
        "title": title,
        "description": description,
        "form_class": BaseDialogForm,
        "form_submit_text": submit,
    }
