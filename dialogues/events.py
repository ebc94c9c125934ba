"""What a reader of a dialogue hears of, beside its messages and answers (`chatcore.events`)."""

from typing import Any

from chatcore.events import Lasting


class DialogueUpdated(Lasting):
    """Title, status, rating or settings changed; `dialogue` is what `GET dialogues/{id}/` gives."""

    type = "dialogue.updated"
    dialogue: dict[str, Any]

    def data(self) -> dict[str, Any]:
        return self.dialogue

    def about(self) -> dict[str, Any]:
        # It may be deleted now.
        return {"recheck": True}
