"""`escalations/{id}/<step>/`: one step each; the answer is what became of it."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.permissions import signed_in
from chatcore.http.serializers import valid
from chatcore.models import User
from rooms.api import escalation_serializers as bodies
from rooms.selectors.escalation_access import escalation_for, worked_escalation_for
from rooms.selectors.escalation_views import shown_to
from rooms.services import escalation_care as care
from rooms.services import escalation_states as states
from rooms.services import escalations


def _asker(request: Request, escalation_id: UUID) -> User:
    """Who asks, where they may see it; whether they may do this is the service's question."""
    me = signed_in(request)
    escalation_for(me, escalation_id)
    return me


class AssignView(APIView):
    @extend_schema(request=bodies.Assign, responses=bodies.EscalationOut)
    def post(self, request: Request, escalation_id: UUID) -> Response:
        """Give it to an agent of its level or above; without `user`, take it oneself."""
        me = _asker(request, escalation_id)
        body = valid(bodies.Assign, request.data)
        after = states.assign_escalation(
            escalation_id, by=me, to=body.get("user"), note=body.get("note", "")
        )
        return Response(shown_to(me, after))


class AcceptView(APIView):
    @extend_schema(request=None, responses=bodies.EscalationOut)
    def post(self, request: Request, escalation_id: UUID) -> Response:
        """Say yes to what one was given, or take what waits."""
        me = _asker(request, escalation_id)
        after = states.accept_escalation(escalation_id, by=me)
        return Response(shown_to(me, after))


class DeclineView(APIView):
    @extend_schema(request=bodies.Reason, responses=bodies.EscalationOut)
    def post(self, request: Request, escalation_id: UUID) -> Response:
        """Back to the queue; one is not offered it again at once."""
        me = _asker(request, escalation_id)
        body = valid(bodies.Reason, request.data)
        after = states.decline_escalation(escalation_id, by=me, **body)
        return Response(shown_to(me, after))


class StartView(APIView):
    @extend_schema(request=None, responses=bodies.EscalationOut)
    def post(self, request: Request, escalation_id: UUID) -> Response:
        """Begin to work on it; that accepts it, too."""
        me = _asker(request, escalation_id)
        after = states.start_escalation(escalation_id, by=me)
        return Response(shown_to(me, after))


class ResolveView(APIView):
    @extend_schema(request=bodies.Resolve, responses=bodies.EscalationOut)
    def post(self, request: Request, escalation_id: UUID) -> Response:
        """It is solved."""
        me = _asker(request, escalation_id)
        body = valid(bodies.Resolve, request.data)
        after = states.resolve_escalation(
            escalation_id, by=me, notes=body.get("resolution_notes", "")
        )
        return Response(shown_to(me, after))


class CancelView(APIView):
    @extend_schema(request=bodies.Reason, responses=bodies.EscalationOut)
    def post(self, request: Request, escalation_id: UUID) -> Response:
        """Nobody is wanted any more; its customer may say so, too."""
        me = _asker(request, escalation_id)
        body = valid(bodies.Reason, request.data)
        after = states.cancel_escalation(escalation_id, by=me, **body)
        return Response(shown_to(me, after))


class ReopenView(APIView):
    @extend_schema(request=None, responses=bodies.EscalationOut)
    def post(self, request: Request, escalation_id: UUID) -> Response:
        """It was not solved after all; its customer may say so, too."""
        me = _asker(request, escalation_id)
        after = states.reopen_escalation(escalation_id, by=me)
        return Response(shown_to(me, after))


class HandUpView(APIView):
    @extend_schema(request=bodies.HandUp, responses=bodies.EscalationOut)
    def post(self, request: Request, escalation_id: UUID) -> Response:
        """Hand it to the next level; the answer is the escalation that goes on."""
        me = _asker(request, escalation_id)
        body = valid(bodies.HandUp, request.data)
        after = escalations.hand_up(escalation_id, by=me, **body)
        return Response(shown_to(me, after))


class TransferView(APIView):
    @extend_schema(request=bodies.Transfer, responses=bodies.EscalationOut)
    def post(self, request: Request, escalation_id: UUID) -> Response:
        """To another agent; without `user`, back into the queue."""
        me = _asker(request, escalation_id)
        body = valid(bodies.Transfer, request.data)
        after = states.transfer_escalation(
            escalation_id, by=me, to=body.get("user"), note=body.get("note", "")
        )
        return Response(shown_to(me, after))


class SnoozeView(APIView):
    @extend_schema(request=bodies.Snooze, responses=bodies.EscalationOut)
    def post(self, request: Request, escalation_id: UUID) -> Response:
        """Out of the lists until an instant; null wakes it."""
        me = _asker(request, escalation_id)
        body = valid(bodies.Snooze, request.data)
        after = care.snooze_escalation(escalation_id, by=me, **body)
        return Response(shown_to(me, after))


class WatchView(APIView):
    @extend_schema(request=None, responses=bodies.EscalationOut)
    def post(self, request: Request, escalation_id: UUID) -> Response:
        """Hear of it on `me` from now on."""
        me = signed_in(request)
        escalation = worked_escalation_for(me, escalation_id).escalation
        care.watch(escalation, me)
        return Response(shown_to(me, escalation))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, escalation_id: UUID) -> Response:
        """Hear of it no more."""
        me = signed_in(request)
        care.unwatch(worked_escalation_for(me, escalation_id).escalation, me)
        return Response(status=204)
