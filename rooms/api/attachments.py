"""Files of a room over HTTP: sent with a message, fetched by whoever may see it."""

from uuid import UUID

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.limits import Rule
from chatcore.http.permissions import signed_in
from chatcore.http.serializers import PublicIdField, StrictSerializer, valid
from chatcore.http.uploads import UploadParser
from chatcore.models.conversations import CONTENT_MAX
from rooms.api.serializers import AUDIENCES, SAID_TO, RoomMessageOut
from rooms.files.facts import FileTooLarge
from rooms.models import Audience
from rooms.selectors.attachments import Download, download_for, thumbnail_for
from rooms.selectors.messages import message_out
from rooms.services.attachments import attach

_BYTES = {(200, "*/*"): OpenApiResponse(OpenApiTypes.BINARY)}


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
        return sent(download_for(signed_in(request), room_id, attachment_id))


class ThumbnailView(APIView):
    @extend_schema(responses=_BYTES, operation_id="room_attachments_thumbnail")
    def get(self, request: Request, room_id: UUID, attachment_id: UUID) -> HttpResponseBase:
        """A small WebP of a picture."""
        return sent(thumbnail_for(signed_in(request), room_id, attachment_id))


def sent(download: Download) -> StreamingHttpResponse:
    """Bytes that no browser will run: nothing is guessed, nothing is loaded, nothing is kept by proxies."""
    response = StreamingHttpResponse(download.chunks(), content_type=download.mime_type)
    response.headers["Content-Length"] = str(download.size)
    response.headers["Content-Disposition"] = _disposition(download)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _disposition(download: Download) -> str:
    return content_disposition_header(not download.inline, download.name) or "attachment"
