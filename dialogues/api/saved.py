"""Saved dialogues, public ones, and feedback on answers, over HTTP."""

from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.paging import IdPagination
from chatcore.http.permissions import signed_in
from chatcore.http.serializers import valid, valid_query
from dialogues.api import saved_serializers as bodies
from dialogues.api.filters import PublicFilter, SavedFilter
from dialogues.models import SavedDialogue
from dialogues.selectors.access import dialogue_for
from dialogues.selectors.feedback import feedback_out
from dialogues.selectors.saved import (
    public_dialogue,
    public_dialogues,
    public_out,
    public_page,
    saved_by,
    saved_for,
    saved_out,
)
from dialogues.services.feedback import give_feedback, withdraw_feedback
from dialogues.services.saving import change_saved, forget_saved, save_dialogue


class SavedList(GenericAPIView[SavedDialogue]):
    queryset = SavedDialogue.objects.none()  # tells the OpenAPI document what is filtered
    serializer_class = bodies.SavedObject
    pagination_class = IdPagination
    filterset_class = SavedFilter

    @extend_schema(operation_id="saved_list", responses=bodies.SavedObject(many=True))
    def get(self, request: Request) -> Response:
        """What I saved, the newest first."""
        page = self.paginate_queryset(self.filter_queryset(saved_by(signed_in(request)))) or []
        return self.get_paginated_response([saved_out(saved) for saved in page])

    @extend_schema(request=bodies.SaveBody, responses={201: bodies.SavedObject})
    def post(self, request: Request) -> Response:
        """Save one of my dialogues, once."""
        body = valid(bodies.SaveBody, request.data)
        session = dialogue_for(signed_in(request), body.pop("session"))
        return Response(saved_out(save_dialogue(signed_in(request), session, **body)), status=201)


class SavedDetail(APIView):
    @extend_schema(responses=bodies.SavedObject)
    def get(self, request: Request, saved_id: str) -> Response:
        """One that I saved."""
        return Response(saved_out(saved_for(signed_in(request), saved_id)))

    @extend_schema(request=bodies.ChangeSaved, responses=bodies.SavedObject)
    def patch(self, request: Request, saved_id: str) -> Response:
        """Title, notes, tags; show it to others or to nobody any more."""
        saved = saved_for(signed_in(request), saved_id)
        body = valid(bodies.ChangeSaved, request.data)
        return Response(saved_out(change_saved(signed_in(request), saved, **body)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, saved_id: str) -> Response:
        """Save it no longer; the dialogue itself stays."""
        forget_saved(saved_for(signed_in(request), saved_id))
        return Response(status=204)


class PublicList(GenericAPIView[SavedDialogue]):
    queryset = SavedDialogue.objects.none()  # tells the OpenAPI document what is filtered
    serializer_class = bodies.PublicDialogueObject
    pagination_class = IdPagination
    filterset_class = PublicFilter

    @extend_schema(
        operation_id="public_dialogues_list", responses=bodies.PublicDialogueObject(many=True)
    )
    def get(self, request: Request) -> Response:
        """What people show to others."""
        page = self.paginate_queryset(self.filter_queryset(public_dialogues())) or []
        return self.get_paginated_response([public_out(saved) for saved in page])


class PublicDetail(APIView):
    @extend_schema(parameters=[bodies.PublicQuery], responses=bodies.PublicReadingObject)
    def get(self, request: Request, saved_id: str) -> Response:
        """Read one: what was said until it was shared."""
        query = valid_query(bodies.PublicQuery, request)
        saved = public_dialogue(saved_id)
        page = public_page(saved, query["after_seq"], query["limit"])
        return Response({**public_out(saved), "messages": page.messages, "has_more": page.has_more})


class FeedbackView(APIView):
    @extend_schema(request=bodies.FeedbackBody, responses=bodies.FeedbackObject)
    def put(self, request: Request, dialogue_id: str, message_id: str) -> Response:
        """Judge an answer in my dialogue; the last verdict stands."""
        user = signed_in(request)
        session = dialogue_for(user, dialogue_id)
        body = valid(bodies.FeedbackBody, request.data)
        return Response(feedback_out(give_feedback(user, session, message_id, **body)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, dialogue_id: str, message_id: str) -> Response:
        """Take the verdict back."""
        user = signed_in(request)
        withdraw_feedback(user, dialogue_for(user, dialogue_id), message_id)
        return Response(status=204)
