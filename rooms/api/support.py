"""What agents have at hand: canned responses, macros, their own switch, their colleagues, the promises."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.paging import IdPagination
from chatcore.http.permissions import Requires, signed_in
from chatcore.http.serializers import valid
from rooms.api import support_serializers as bodies
from rooms.api.escalation_serializers import EscalationOut
from rooms.models import CannedResponse, Macro
from rooms.selectors.agents import agent, agent_out, agents
from rooms.selectors.escalation_access import worked_escalation_for
from rooms.selectors.escalation_views import shown_to
from rooms.selectors.policies import policies, policy_out
from rooms.selectors.replies import canned_out, macro_out, usable, usable_one
from rooms.services import escalation_care, macros, replies

CODE = OpenApiParameter("q", str, description="The beginning of the short code.")
SUPPORT = Requires("chat:support:own")


class CannedResponsesView(APIView):
    pagination_class = IdPagination

    @extend_schema(
        operation_id="canned_responses_list",
        parameters=[CODE],
        responses=bodies.CannedOut(many=True),
    )
    def get(self, request: Request) -> Response:
        """Those I may use, the newest first."""
        begins = request.query_params.get("q", "").lstrip("/").lower()
        found = usable(CannedResponse, signed_in(request)).filter(short_code__startswith=begins)
        page = self.pagination_class()
        rows = page.paginate_queryset(found, request, self)
        return page.get_paginated_response([canned_out(row) for row in rows])

    @extend_schema(request=bodies.NewCanned, responses={201: bodies.CannedOut})
    def post(self, request: Request) -> Response:
        """Keep a text under a short code."""
        body = valid(bodies.NewCanned, request.data)
        made = replies.add_reply(CannedResponse, by=signed_in(request), **body)
        return Response(canned_out(made), status=201)


class CannedResponseView(APIView):
    @extend_schema(request=bodies.CannedChanges, responses=bodies.CannedOut)
    def patch(self, request: Request, canned_id: UUID) -> Response:
        """Other words, another code, another level."""
        me = signed_in(request)
        row = usable_one(CannedResponse, me, canned_id)
        changes = valid(bodies.CannedChanges, request.data)
        return Response(canned_out(replies.change_reply(row, by=me, changes=changes)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, canned_id: UUID) -> Response:
        """Forget it."""
        me = signed_in(request)
        replies.delete_reply(usable_one(CannedResponse, me, canned_id), by=me)
        return Response(status=204)


class FillView(APIView):
    @extend_schema(request=bodies.FillCanned, responses=bodies.FilledOut)
    def post(self, request: Request, canned_id: UUID) -> Response:
        """The text for one escalation, its variables filled in."""
        me = signed_in(request)
        canned = usable_one(CannedResponse, me, canned_id)
        body = valid(bodies.FillCanned, request.data)
        escalation = worked_escalation_for(me, body["escalation"]).escalation
        return Response({"text": replies.fill_canned(canned, escalation=escalation, by=me)})


class MacrosView(APIView):
    pagination_class = IdPagination

    @extend_schema(operation_id="macros_list", responses=bodies.MacroOut(many=True))
    def get(self, request: Request) -> Response:
        """Those I may run, the newest first."""
        page = self.pagination_class()
        rows = page.paginate_queryset(usable(Macro, signed_in(request)), request, self)
        return page.get_paginated_response([macro_out(row) for row in rows])

    @extend_schema(request=bodies.NewMacro, responses={201: bodies.MacroOut})
    def post(self, request: Request) -> Response:
        """Several actions under one name."""
        body = valid(bodies.NewMacro, request.data)
        made = replies.add_reply(Macro, by=signed_in(request), **body)
        return Response(macro_out(made), status=201)


class MacroView(APIView):
    @extend_schema(request=bodies.MacroChanges, responses=bodies.MacroOut)
    def patch(self, request: Request, macro_id: UUID) -> Response:
        """Another name, other actions, another level."""
        me = signed_in(request)
        row = usable_one(Macro, me, macro_id)
        changes = valid(bodies.MacroChanges, request.data)
        return Response(macro_out(replies.change_reply(row, by=me, changes=changes)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, macro_id: UUID) -> Response:
        """Forget it."""
        me = signed_in(request)
        replies.delete_reply(usable_one(Macro, me, macro_id), by=me)
        return Response(status=204)


class RunMacroView(APIView):
    @extend_schema(request=None, responses=EscalationOut)
    def post(self, request: Request, escalation_id: UUID, macro_id: UUID) -> Response:
        """Its actions in order, all or none."""
        me = signed_in(request)
        escalation = worked_escalation_for(me, escalation_id).escalation
        macro = usable_one(Macro, me, macro_id)
        after = macros.run_macro(macro, escalation=escalation.pk, by=me)
        return Response(shown_to(me, after))


class MyProfileView(APIView):
    @extend_schema(responses=bodies.AgentOut, operation_id="support_me_retrieve")
    def get(self, request: Request) -> Response:
        """My own switch, skills and load."""
        return Response(agent_out(agent(signed_in(request).pk)))

    @extend_schema(request=bodies.MyProfile, responses=bodies.AgentOut)
    def patch(self, request: Request) -> Response:
        """Take work or not; what waits comes at once."""
        me = signed_in(request)
        escalation_care.change_profile(me, **valid(bodies.MyProfile, request.data))
        return Response(agent_out(agent(me.pk)))


class AgentsView(APIView):
    permission_classes = (SUPPORT,)
    pagination_class = IdPagination

    @extend_schema(operation_id="support_agents_list", responses=bodies.AgentOut(many=True))
    def get(self, request: Request) -> Response:
        """Everybody of support: whether they take work, and how much they have."""
        page = self.pagination_class()
        rows = page.paginate_queryset(agents(), request, self)
        return page.get_paginated_response([agent_out(row) for row in rows])


class AgentView(APIView):
    permission_classes = (Requires("chat:support:profile"),)

    @extend_schema(request=bodies.AgentChanges, responses=bodies.AgentOut)
    def patch(self, request: Request, user_id: UUID) -> Response:
        """Skills, how much somebody takes on, and their switch."""
        found = agent(user_id)
        escalation_care.change_profile(found, **valid(bodies.AgentChanges, request.data))
        return Response(agent_out(agent(user_id)))


class PoliciesView(APIView):
    permission_classes = (SUPPORT,)
    pagination_class = IdPagination

    @extend_schema(operation_id="sla_policies_list", responses=bodies.PolicyOut(many=True))
    def get(self, request: Request) -> Response:
        """What is promised, with every version of it."""
        page = self.pagination_class()
        rows = page.paginate_queryset(policies(), request, self)
        return page.get_paginated_response([policy_out(row) for row in rows])
