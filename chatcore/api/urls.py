"""The kernel's addresses below `/api/v1/`."""

from django.urls import path
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)
from rest_framework.permissions import AllowAny

from chatcore.api.views import api_keys, auth, jobs, permissions, search, users
from chatcore.http.schema import OnceGenerator

open_to_all = {"permission_classes": [AllowAny], "authentication_classes": []}

urlpatterns = [
    path("auth/signup/", auth.SignUpView.as_view()),
    path("auth/token/", auth.TokenView.as_view()),
    path("auth/token/refresh/", auth.RefreshView.as_view()),
    path("auth/logout/", auth.LogOutView.as_view()),
    path("auth/guest/", auth.GuestView.as_view()),
    path("auth/socket-ticket/", auth.SocketTicketView.as_view()),
    path("users/me/api-keys/", api_keys.ApiKeysView.as_view()),
    path("users/me/api-keys/<uuid:key_id>/", api_keys.ApiKeyView.as_view()),
    path("users/me/", users.MeView.as_view()),
    path("users/", users.PeopleView.as_view()),
    path("users/<uuid:user_id>/", users.PersonView.as_view()),
    path("permissions/explain/", permissions.ExplainView.as_view()),
    path("search/", search.SearchView.as_view()),
    path("jobs/<uuid:job_id>/", jobs.JobView.as_view(), name="job"),
    path(
        "schema/",
        SpectacularAPIView.as_view(generator_class=OnceGenerator, **open_to_all),
        name="schema",
    ),
    path("docs/", SpectacularSwaggerSplitView.as_view(**open_to_all), name="swagger"),
    path("redoc/", SpectacularRedocView.as_view(**open_to_all), name="redoc"),
]
