"""Pictures: their size without decoding them, and small copies of them."""

import io
import warnings
from typing import IO, Any

from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

# The kinds that browsers show and that hold nothing active.
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
THUMBNAIL_PIXELS = 640
THUMBNAIL_TYPE = "image/webp"


class TooManyPixels(Exception):
    """A small file can unfold to gigabytes of pixels."""


def size_of_picture(file: IO[Any] | Any) -> tuple[int, int] | None:
    """(width, height) by its head; None when it is no picture after all. Raises TooManyPixels."""
    try:
        with _opened(file) as picture:
            return _checked(picture.size)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return None


def thumbnail_of(file: IO[Any] | Any) -> bytes | None:
    """A small WebP without what the camera wrote into the file (the place, for example); None when the
    picture cannot be decoded."""
    try:
        with _opened(file) as picture:
            _checked(picture.size)
            picture.draft("RGB", (THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
            upright = ImageOps.exif_transpose(picture)
            small = upright.convert("RGBA" if _is_clear(upright) else "RGB")
            small.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
            written = io.BytesIO()
            small.save(written, "WEBP", quality=80)
            return written.getvalue()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, TooManyPixels):
        return None


def _opened(file: IO[Any] | Any) -> Image.Image:
    with warnings.catch_warnings():
        # We have a limit of our own, and a clearer word for it.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            return Image.open(file, formats=_FORMATS)
        except Image.DecompressionBombError:
            raise TooManyPixels(_most()) from None


def _checked(size: tuple[int, int]) -> tuple[int, int]:
    if size[0] * size[1] > settings.ATTACHMENT_MAX_PIXELS:
        raise TooManyPixels(_most())
    return size


def _most() -> str:
    return f"A picture may have at most {settings.ATTACHMENT_MAX_PIXELS // 1_000_000} megapixels."


def _is_clear(picture: Image.Image) -> bool:
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
