"""The ASGI application: Django for HTTP, Channels for the socket, one lifespan for what a process runs."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

django_app = get_asgi_application()

from chatcore.http.body_cap import BodyCap  # noqa: E402
from chatcore.live.express import ExpressLane  # noqa: E402
from chatcore.live.lifespan import Lifespan  # noqa: E402
from chatcore.routing import websocket_urlpatterns  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": BodyCap(ExpressLane(django_app)),
        "websocket": URLRouter(websocket_urlpatterns),
        "lifespan": Lifespan(),
    }
)
