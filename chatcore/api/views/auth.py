"""`auth/…`: sign up, sign in, stay signed in, sign out."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import logout
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.api.serializers import auth as bodies
from chatcore.errors import Forbidden
from chatcore.http.client_ip import client_ip
from chatcore.http.limits import Rule, forget
from chatcore.http.permissions import signed_in
from chatcore.http.serializers import valid
from chatcore.http.throttles import address_key, enforce
from chatcore.selectors.logins import AccessClaims
from chatcore.services import logins, users
from chatcore.services.tickets import issue_socket_ticket


def device_of(request: Request) -> logins.Device:
    return logins.Device(
        ip_address=client_ip(request._request),  # noqa: SLF001 - as DRF's own code does
        user_agent=request.headers.get("User-Agent", "").replace("\x00", ""),
    )


class OpenView(APIView):
    """A door for whoever is not signed in yet: credentials are in the body, not in a header."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class SignUpView(OpenView):
    rules = {"POST": Rule.SIGN_UP}

    @extend_schema(request=bodies.SignUp, responses={201: bodies.SignedUp})
    def post(self, request: Request) -> Response:
        """Make a member account; nobody can sign in until the link in the mail is opened."""
        user = users.sign_up(request._request, **valid(bodies.SignUp, request.data))  # noqa: SLF001
        return Response(
            {
                "username": user.username,
                "email": user.email,
                "account_status": user.account_status,
                "detail": "We have sent you a mail. Open the link in it to verify your address.",
            },
            status=201,
        )


class TokenView(OpenView):
    rules = {"POST": Rule.SIGN_IN_ADDRESS}

    @extend_schema(request=bodies.Credentials, responses=bodies.TokenPair)
    def post(self, request: Request) -> Response:
        """Sign in. 401 `mfa_required` asks for the same again with `code`."""
        body = valid(bodies.Credentials, request.data)
        identifier = body.get("username") or body["email"]
        account = identifier.casefold()
        here = f"{account}|{address_key(request)}"
        enforce(Rule.SIGN_IN, here)
        enforce(Rule.SIGN_IN_ACCOUNT, account)
        tokens = logins.sign_in(
            identifier, body["password"], code=body["code"], device=device_of(request)
        )
        forget(Rule.SIGN_IN, here)
        return Response(bodies.TokenPair(tokens).data)


class RefreshView(OpenView):
    rules = {"POST": Rule.REFRESH}

    @extend_schema(request=bodies.Refresh, responses=bodies.TokenPair)
    def post(self, request: Request) -> Response:
        """Exchange a refresh token, once. The second time revokes the whole sign-in."""
        body = valid(bodies.Refresh, request.data)
        return Response(bodies.TokenPair(logins.rotate_refresh(body["refresh"])).data)


class LogOutView(APIView):
    not_by_key = ("POST",)
    permission_classes = (AllowAny,)

    @extend_schema(request=bodies.LogOut, responses={204: None})
    def post(self, request: Request) -> Response:
        """End this sign-in: access, refresh, sockets, at once. Bearer, session or `refresh`."""
        refresh = valid(bodies.LogOut, request.data)["refresh"]
        if isinstance(request.auth, AccessClaims):
            logins.sign_out(login_id=request.auth.login_id)
        elif request.user.is_authenticated:
            logout(request._request)  # noqa: SLF001 - Django's own request
        if refresh:
            logins.sign_out(refresh=refresh)
        return Response(status=204)


class GuestView(OpenView):
    rules = {"POST": Rule.GUEST}

    @extend_schema(request=bodies.Guest, responses={201: bodies.TokenPair})
    def post(self, request: Request) -> Response:
        """A guest account and its tokens, where guests are allowed."""
        if not settings.GUESTS_ALLOWED:
            raise Forbidden("Guests are not allowed here. Sign up.", code="guests_not_allowed")
        guest = users.create_guest(**valid(bodies.Guest, request.data))
        tokens = logins.open_login(guest, device=device_of(request))
        return Response(bodies.TokenPair(tokens).data, status=201)


class SocketTicketView(APIView):
    not_by_key = ("POST",)
    rules = {"POST": Rule.TICKET}

    @extend_schema(request=None, responses={201: bodies.SocketTicket})
    def post(self, request: Request) -> Response:
        """A ticket for `/ws/v1/?ticket=`, good once."""
        login_id = request.auth.login_id if isinstance(request.auth, AccessClaims) else None
        session_key = request.session.session_key
        ticket = issue_socket_ticket(signed_in(request).pk, login_id, session_key)
        seconds = settings.SOCKET_TICKET_SECONDS
        return Response({"ticket": ticket, "expires_in": seconds}, status=201)
