"""allauth's questions, answered by our services: the door behind `/accounts/`."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from typing_extensions import override

from chatcore.http.client_ip import client_ip
from chatcore.models import AccountStatus, AccountType, User
from chatcore.models.users import username_validator
from chatcore.services.users import change_password, verify_email

username_validators = [username_validator]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    @override
    def new_user(self, request: HttpRequest) -> User:
        return User(
            account_type=AccountType.MEMBER, account_status=AccountStatus.PENDING_VERIFICATION
        )

    @override
    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        """A password reset verifies the address on its way, without a word to `confirm_email`."""
        if (
            user.account_status == AccountStatus.PENDING_VERIFICATION
            and EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists()
        ):
            verify_email(user, user.email)
        return super().pre_login(request, user, **kwargs)

    @override
    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        try:
            with transaction.atomic():
                confirmed: bool = super().confirm_email(request, email_address)
        except IntegrityError:
            # Another account, never verified, gave this address when it signed up.
            return False
        if confirmed:
            verify_email(email_address.user, email_address.email)
        return confirmed

    @override
    def set_password(self, user: User, password: str) -> None:
        change_password(user, password)

    @override
    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip(request)
