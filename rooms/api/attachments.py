"""Files of a room over HTTP: sent with a message, fetched by whoever may see it."""

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.errors import RangeNotSatisfiable
from chatcore.http.limits import Rule
from chatcore.http.permissions import signed_in
from chatcore.http.ranges import wanted_part
from chatcore.http.serializers import PublicIdField, StrictSerializer, valid
from chatcore.http.uploads import UploadParser
from chatcore.models.conversations import CONTENT_MAX
from rooms.api.serializers import AUDIENCES, SAID_TO, RoomMessageOut
from rooms.files.facts import FileTooLarge
from rooms.models import Audience
from rooms.selectors.attachments import Download, download_for, thumbnail_for
from rooms.selectors.messages import message_out
from rooms.services.attachments import attach

_BYTES = {
    (200, "*/*"): OpenApiResponse(OpenApiTypes.BINARY),
    (206, "*/*"): OpenApiResponse(OpenApiTypes.BINARY, "The part that `Range` asks for."),
    304: OpenApiResponse(description="Not changed since `If-None-Match`."),
}


class AttachmentBody(StrictSerializer):
    """`POST rooms/{id}/attachments/` as multipart/form-data."""

    file = serializers.FileField(max_length=None, help_text="At most 25 MiB unless configured.")
    content = serializers.CharField(
        max_length=CONTENT_MAX, required=False, allow_blank=True, help_text="Words beside it."
    )
    client_ref = serializers.UUIDField(required=False)
    reply_to = PublicIdField(prefix="msg", required=False)
    thread = PublicIdField(prefix="msg", required=False)
    audience = serializers.ChoiceField(
        choices=SAID_TO, required=False, help_text="staff makes a private note of it."
    )

    def validate_audience(self, audience: str) -> Audience:
        return AUDIENCES[audience]


class AttachmentParser(UploadParser):
    most = "ATTACHMENT_MAX_BYTES"
    too_large = FileTooLarge


class AttachmentsView(APIView):
    parser_classes = (AttachmentParser,)
    rules = {"POST": Rule.UPLOAD}

    @extend_schema(request={"multipart/form-data": AttachmentBody}, responses={201: RoomMessageOut})
    def post(self, request: Request, room_id: UUID) -> Response:
        """Send a file. It is there to be had once it was found clean; `message.edited` says so."""
        body = valid(AttachmentBody, request.data)
        said = attach(signed_in(request), room_id, **body)
        return Response(message_out(said.row), status=201)


class AttachmentView(APIView):
    @extend_schema(responses=_BYTES, operation_id="room_attachments_retrieve")
    def get(self, request: Request, room_id: UUID, attachment_id: UUID) -> HttpResponseBase:
        """The file itself. Only pictures are shown inline; everything else is saved."""
        return sent(download_for(signed_in(request), room_id, attachment_id), request.headers)


class ThumbnailView(APIView):
    @extend_schema(responses=_BYTES, operation_id="room_attachments_thumbnail")
    def get(self, request: Request, room_id: UUID, attachment_id: UUID) -> HttpResponseBase:
        """A small WebP of a picture."""
        return sent(thumbnail_for(signed_in(request), room_id, attachment_id), request.headers)


def sent(download: Download, asked: Mapping[str, str]) -> HttpResponseBase:
    """Bytes that no browser will run: nothing is guessed, nothing is loaded, nothing is kept by proxies.
    Whole, or the part that is asked for; not at all where it is known. Raises RangeNotSatisfiable."""
    tag = f'"{download.tag}"'
    response: HttpResponseBase
    if asked.get("If-None-Match") == tag:
        download.file.close()
        response = HttpResponseNotModified()
    else:
        response = _streamed(download, asked if asked.get("If-Range", tag) == tag else {})
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _streamed(download: Download, asked: Mapping[str, str]) -> StreamingHttpResponse:
    try:
        part = wanted_part(asked.get("Range", ""), download.size)
    except RangeNotSatisfiable:
        download.file.close()
        raise
    bytes_ = download.chunks(part or range(download.size))
    response = StreamingHttpResponse(bytes_, content_type=download.mime_type)
    response.headers["Content-Length"] = str(len(part) if part else download.size)
    response.headers["Accept-Ranges"] = "bytes"
    if part:
        response.status_code = 206
        where = f"bytes {part.start}-{part.stop - 1}/{download.size}"
        response.headers["Content-Range"] = where
    response.headers["Content-Disposition"] = _disposition(download)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _disposition(download: Download) -> str:
    return content_disposition_header(not download.inline, download.name) or "attachment"
