"""Permissions at the door of an API view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from typing_extensions import override

from chatcore.errors import NotAuthenticated
from chatcore.models import User
from chatcore.models.users import split_permission
from chatcore.selectors.permissions import require

if TYPE_CHECKING:
    # rest_framework.views itself imports what the settings name, this among it.
    from rest_framework.views import APIView


def Requires(permission: str) -> type[BasePermission]:  # noqa: N802 - reads as the class it makes
    """`permission_classes = [Requires("chat:room:create")]`."""
    split_permission(permission)  # a misspelt permission fails at import

    class RequiresPermission(BasePermission):
        @override
        def has_permission(self, request: Request, view: APIView) -> bool:
            if not isinstance(request.user, User):
                raise NotAuthenticated
            require(request.user, permission)
            return True

    return RequiresPermission


def signed_in(request: Request) -> User:
    """The account of a request behind IsAuthenticated, typed."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user
