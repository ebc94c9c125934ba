"""The one address of the socket."""

from django.urls import path

from chatcore.consumers import LiveConsumer

websocket_urlpatterns = [path("ws/v1/", LiveConsumer.as_asgi())]
