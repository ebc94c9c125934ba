"""`robots/…` and `robot-interactions/…`: parse, access, service, render."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.paging import IdPagination
from chatcore.http.permissions import signed_in
from chatcore.http.serializers import valid, valid_query
from chatcore.models import User
from chatcore.outbound import secret_of
from rooms.api import robot_serializers as bodies
from rooms.api.robot_filters import InteractionFilter
from rooms.models import Robot, RobotInteraction
from rooms.selectors.robot_money import usage_out
from rooms.selectors.robots import (
    interaction_for,
    interactions_for,
    managed_robot_for,
    robot_for,
    robots_for,
)
from rooms.services import robots
from rooms.services.robot_turns import replay_turn


class RobotsView(APIView):
    pagination_class = IdPagination

    @extend_schema(operation_id="robots_list", responses=bodies.RobotOut(many=True))
    def get(self, request: Request) -> Response:
        """The robots there are, the newest first."""
        me, page = signed_in(request), self.pagination_class()
        found = page.paginate_queryset(robots_for(me), request, self)
        return page.get_paginated_response([_shown(robot, me) for robot in found])

    @extend_schema(request=bodies.NewRobot, responses={201: bodies.MadeRobot})
    def post(self, request: Request) -> Response:
        """Make a robot; it comes with an account, to be invited into rooms."""
        me = signed_in(request)
        made = robots.create_robot(by=me, **valid(bodies.NewRobot, request.data))
        secret = secret_of(made.secret_salt) if made.secret_salt else None
        return Response({**_shown(made, me), "secret": secret}, status=201)


class RobotView(APIView):
    @extend_schema(responses=bodies.RobotOut)
    def get(self, request: Request, robot_id: str) -> Response:
        """One of them."""
        me = signed_in(request)
        return Response(_shown(robot_for(me, robot_id), me))

    @extend_schema(request=bodies.RobotChanges, responses=bodies.RobotOut)
    def patch(self, request: Request, robot_id: str) -> Response:
        """Change it; settings are replaced as a whole."""
        me = signed_in(request)
        robot = managed_robot_for(me, robot_id)
        changes = valid(bodies.RobotChanges, request.data)
        return Response(_shown(robots.change_robot(robot, by=me, changes=changes), me))


class RobotSecretView(APIView):
    @extend_schema(request=None, responses=bodies.SecretOut)
    def post(self, request: Request, robot_id: str) -> Response:
        """Make a new secret for a webhook; the old one ends."""
        me = signed_in(request)
        robot = managed_robot_for(me, robot_id)
        return Response({"secret": robots.renew_robot_secret(robot, by=me)})


class RobotUsageView(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("month", {"type": "string", "pattern": r"^\d{4}-\d{2}$"})],
        responses=bodies.RobotUsage,
    )
    def get(self, request: Request, robot_id: str) -> Response:
        """What models took for its answers this month (UTC), or in another, and what they may take."""
        robot = managed_robot_for(signed_in(request), robot_id)
        month = valid_query(bodies.UsageQuery, request).get("month") or timezone.now().date()
        return Response(usage_out(robot, month))


class InteractionsView(GenericAPIView[RobotInteraction]):
    queryset = RobotInteraction.objects.none()  # tells the OpenAPI document what is filtered
    serializer_class = bodies.InteractionOut
    pagination_class = IdPagination
    filterset_class = InteractionFilter

    @extend_schema(
        operation_id="robot_interactions_list", responses=bodies.InteractionOut(many=True)
    )
    def get(self, request: Request) -> Response:
        """What robots were asked, the newest first: by me, or by anybody for who manages robots."""
        rows = interactions_for(signed_in(request))
        found = InteractionFilter(request.query_params, queryset=rows, request=request).checked()
        page = self.paginate_queryset(found) or []
        context = {"manages": signed_in(request).can("chat:robot:manage")}
        shown = bodies.InteractionOut(page, many=True, context=context)
        return self.get_paginated_response(shown.data)


class InteractionView(APIView):
    @extend_schema(responses=bodies.InteractionDetail)
    def get(self, request: Request, interaction_id: UUID) -> Response:
        """One of them, with each request that was made for it."""
        me = signed_in(request)
        return Response(_whole(interaction_for(me, interaction_id), me))


class ReplayInteractionView(APIView):
    @extend_schema(request=None, responses=bodies.InteractionDetail)
    def post(self, request: Request, interaction_id: UUID) -> Response:
        """Ask the robot once more, where it failed."""
        me = signed_in(request)
        turn = replay_turn(interaction_for(me, interaction_id), by=me)
        return Response(_whole(turn, me))


def _shown(robot: Robot, to: User) -> dict[str, object]:
    manages = to.can("chat:robot:manage")
    return dict(bodies.RobotOut(robot, context={"manages": manages}).data)


def _whole(turn: RobotInteraction, to: User) -> dict[str, object]:
    manages = to.can("chat:robot:manage")
    return dict(bodies.InteractionDetail(turn, context={"manages": manages}).data)
