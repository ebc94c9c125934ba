"""What a message of a ChatGPT export says, by its `content_type`."""

from dataclasses import dataclass, field
from typing import Any

from dialogues.legacy.values import mended_json, text

# Never shown in the conversation: instructions of the person and the model's own deliberation.
_HIDDEN = {
    "user_editable_context",
    "model_editable_context",
    "thoughts",
    "reasoning_recap",
}
_NAMES = {
    "image_asset_pointer": "image",
    "audio_asset_pointer": "audio",
    "real_time_user_audio_video_asset_pointer": "audio and video",
    "video_container_asset_pointer": "video",
}


@dataclass(frozen=True, slots=True)
class Content:
    """`left_out`: the parts that are no text, as the export describes them."""

    kind: str
    text: str = ""
    hidden: bool = False
    left_out: list[Any] = field(default_factory=list)


def content_of(content: dict[str, Any]) -> Content:
    """Text of any kind as it stands; other parts as a word in brackets."""
    kind = text(content.get("content_type"))
    if kind in _HIDDEN:
        return Content(kind, hidden=True)
    parts = content.get("parts")
    if not isinstance(parts, list):
        parts = [content.get("text") or content.get("result") or ""]
    left_out: list[Any] = []
    said = [_part(part, left_out) for part in parts]
    return Content(kind, "\n\n".join(one for one in said if one), left_out=left_out)


def _part(part: Any, left_out: list[Any]) -> str:
    if not isinstance(part, dict):
        return text(part)
    if part.get("text") is not None:  # what was spoken, written down
        return text(part["text"])
    left_out.append(mended_json(part))
    kind = text(part.get("content_type"))
    pointer = text(part.get("asset_pointer")).rpartition("/")[2]
    width, height = part.get("width"), part.get("height")
    size = f", {width}×{height}" if width and height else ""
    return f"[{_NAMES.get(kind, kind or 'file')}: {pointer or 'not in the export'}{size}]"
