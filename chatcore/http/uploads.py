"""Files that come by multipart/form-data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, ClassVar

from django.conf import settings
from rest_framework.parsers import DataAndFiles, MultiPartParser

from chatcore.errors import ChatcoreError


class UploadParser(MultiPartParser):
    """Refuses by the announced length, before a byte is stored."""

    # The setting that holds the most bytes of a file, and what says that it has more.
    most: ClassVar[str]
    too_large: ClassVar[type[ChatcoreError]]

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> DataAndFiles[Any, Any]:
        request = (parser_context or {})["request"]
        announced = request.META.get("CONTENT_LENGTH") or ""
        # Half a MiB for the other fields and the boundaries.
        if announced.isdecimal() and int(announced) > getattr(settings, self.most) + 524_288:
            raise self.too_large
        return super().parse(stream, media_type, parser_context)
