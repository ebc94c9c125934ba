"""`webhooks/…`: parse, access, service, render."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.paging import IdPagination
from chatcore.http.permissions import signed_in
from chatcore.http.serializers import valid
from rooms.api import webhook_serializers as bodies
from rooms.api.robot_filters import DeliveryFilter
from rooms.api.robot_serializers import SecretOut
from rooms.models import WebhookDelivery
from rooms.selectors.webhooks import delivery_of, webhook_for, webhooks_for
from rooms.services import webhooks


class WebhooksView(APIView):
    pagination_class = IdPagination

    @extend_schema(operation_id="webhooks_list", responses=bodies.WebhookOut(many=True))
    def get(self, request: Request) -> Response:
        """Who is told of what happens in rooms, the newest first."""
        page = self.pagination_class()
        found = page.paginate_queryset(webhooks_for(signed_in(request)), request, self)
        return page.get_paginated_response(bodies.WebhookOut(found, many=True).data)

    @extend_schema(request=bodies.NewWebhook, responses={201: bodies.MadeWebhookOut})
    def post(self, request: Request) -> Response:
        """Tell an address of events from now on; the secret is in this answer and nowhere else."""
        me = signed_in(request)
        made = webhooks.create_webhook(by=me, **valid(bodies.NewWebhook, request.data))
        shown = bodies.WebhookOut(made.webhook).data
        return Response({**shown, "secret": made.secret}, status=201)


class WebhookView(APIView):
    @extend_schema(responses=bodies.WebhookOut)
    def get(self, request: Request, webhook_id: UUID) -> Response:
        """One of them."""
        return Response(bodies.WebhookOut(webhook_for(signed_in(request), webhook_id)).data)

    @extend_schema(request=bodies.WebhookChanges, responses=bodies.WebhookOut)
    def patch(self, request: Request, webhook_id: UUID) -> Response:
        """Change it; enabled again, it gets what it is still owed."""
        me = signed_in(request)
        webhook = webhook_for(me, webhook_id)
        changes = valid(bodies.WebhookChanges, request.data)
        return Response(
            bodies.WebhookOut(webhooks.change_webhook(webhook, by=me, changes=changes)).data
        )

    @extend_schema(responses={204: None})
    def delete(self, request: Request, webhook_id: UUID) -> Response:
        """Tell it nothing any more; its log goes, too."""
        me = signed_in(request)
        webhooks.delete_webhook(webhook_for(me, webhook_id), by=me)
        return Response(status=204)


class WebhookSecretView(APIView):
    @extend_schema(request=None, responses=SecretOut)
    def post(self, request: Request, webhook_id: UUID) -> Response:
        """Make a new secret; the old one ends."""
        me = signed_in(request)
        return Response({"secret": webhooks.renew_secret(webhook_for(me, webhook_id), by=me)})


class DeliveriesView(GenericAPIView[WebhookDelivery]):
    queryset = WebhookDelivery.objects.none()  # tells the OpenAPI document what is filtered
    serializer_class = bodies.DeliveryOut
    pagination_class = IdPagination
    filterset_class = DeliveryFilter

    @extend_schema(operation_id="webhook_deliveries_list", responses=bodies.DeliveryOut(many=True))
    def get(self, request: Request, webhook_id: UUID) -> Response:
        """What it was and is owed, the newest first; kept for 30 days."""
        rows = webhook_for(signed_in(request), webhook_id).deliveries.all()
        found = DeliveryFilter(request.query_params, queryset=rows, request=request).checked()
        page = self.paginate_queryset(found) or []
        return self.get_paginated_response(bodies.DeliveryOut(page, many=True).data)


class DeliveryView(APIView):
    @extend_schema(responses=bodies.DeliveryDetail)
    def get(self, request: Request, webhook_id: UUID, delivery_id: UUID) -> Response:
        """One of them, with each request."""
        webhook = webhook_for(signed_in(request), webhook_id)
        return Response(bodies.DeliveryDetail(delivery_of(webhook, delivery_id)).data)


class ReplayDeliveryView(APIView):
    @extend_schema(request=None, responses=bodies.DeliveryDetail)
    def post(self, request: Request, webhook_id: UUID, delivery_id: UUID) -> Response:
        """Send it once more, under the same id."""
        me = signed_in(request)
        delivery = delivery_of(webhook_for(me, webhook_id), delivery_id)
        return Response(bodies.DeliveryDetail(webhooks.replay_delivery(delivery, by=me)).data)
