"""The ASGI application: Django for HTTP, Channels for the socket, one lifespan per process."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from channels.routing import ProtocolTypeRouter, URLRouter

django.setup(set_prefix=False)

from chatcore.checks import refuse_unsafe  # noqa: E402
from chatcore.http.body_cap import BodyCap  # noqa: E402
from chatcore.http.later import PatientHandler  # noqa: E402
from chatcore.live.express import ExpressLane  # noqa: E402
from chatcore.live.lifespan import Lifespan  # noqa: E402
from chatcore.routing import websocket_urlpatterns  # noqa: E402

refuse_unsafe()

application = ProtocolTypeRouter(
    {
        "http": BodyCap(ExpressLane(PatientHandler())),
        "websocket": URLRouter(websocket_urlpatterns),
        "lifespan": Lifespan(),
    }
)
