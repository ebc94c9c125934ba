"""Every address of the product; the apps own what lies behind them.

`/healthz`, `/readyz` and `/metrics` are answered before these, by `chatcore.health`.
"""

from django.contrib import admin
from django.urls import include, path

api = [
    path("", include("chatcore.api.urls")),
    path("", include("dialogues.api.urls")),
    path("", include("rooms.api.urls")),
    path("", include("rooms.api.escalation_urls")),
    path("", include("rooms.api.robot_urls")),
    path("", include("analytics.api.urls")),
]

urlpatterns = [
    path("api/v1/", include(api)),
    path("v1/", include("dialogues.openai_door.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("chatcore.urls")),
    path("", include("dialogues.urls")),
    path("", include("rooms.urls")),
    path("", include("analytics.urls")),
]

handler400 = "chatcore.http.problem.bad_request"
handler403 = "chatcore.http.problem.permission_denied"
handler404 = "chatcore.http.problem.page_not_found"
handler500 = "chatcore.http.problem.server_error"
