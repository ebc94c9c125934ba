"""People, guests and robots: the one account table of the product."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, ClassVar

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.db.models.lookups import Exact
from django.utils.functional import cached_property

from chatcore.errors import Invalid
from chatcore.ids import uuid7

_WORD = re.compile(r"[a-z][a-z0-9_-]*")


class AccountType(models.TextChoices):
    GUEST = "guest"
    MEMBER = "member"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    STAFF = "staff"
    ROBOT = "robot"


class AccountStatus(models.TextChoices):
    PENDING_VERIFICATION = "pending-verification"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    DEACTIVATED = "deactivated"


class CurrentStatus(models.TextChoices):
    ONLINE = "online"
    AWAY = "away"
    BUSY = "busy"
    OFFLINE = "offline"


class SupportLevel(models.TextChoices):
    NONE = "none"
    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    MANAGER = "manager"


# ASCII only, so that two names that look alike are alike, and without "@", so that a name
# can never be taken for an e-mail address where either may be typed.
username_validator = RegexValidator(
    r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?\Z",
    "Use 1 to 64 letters, digits, dots, hyphens or underscores; begin and end with a letter "
    "or a digit.",
    code="invalid_username",
)


class AllUsers(BaseUserManager["User"]):
    """Every account, soft-deleted ones too."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)

    def create_user(
        self, username: str, email: str = "", password: str | None = None, **columns: Any
    ) -> User:
        """Store an account as it stands; sign-up rules live in `chatcore.services.users`."""
        user = self.model(username=username, email=self.normalize_email(email), **columns)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, username: str, email: str = "", password: str | None = None, **columns: Any
    ) -> User:
        columns = {
            "is_staff": True,
            "is_superuser": True,
            "is_email_verified": True,
            "account_type": AccountType.STAFF,
            "account_status": AccountStatus.ACTIVE,
            **columns,
        }
        return self.create_user(username, email, password, **columns)


class LivingUsers(AllUsers):
    """The accounts that have not been deleted."""

    # allauth's own migrations ask for `User.objects`.
    use_in_migrations = True

    def get_queryset(self) -> models.QuerySet[User]:
        return super().get_queryset().filter(deleted_at__isnull=True)


# Nobody decides these, or (the password) nobody may read what they were.
UNTRACKED = ["password", "last_login", "current_status", "last_seen_at", "updated_at"]


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=UNTRACKED)),
    # That it was changed, and by whom; not what it was.
    pghistory.UpdateEvent("password", condition=pghistory.AnyChange("password")),
    pghistory.DeleteEvent(),
    model_name="UserHistory",
    exclude=UNTRACKED,
    meta={"db_table": "users_history", "verbose_name_plural": "user history"},
)
class User(AbstractBaseUser, PermissionsMixin):
    """An account: guest, member, agent, supervisor, staff or robot.

    Serves seed 003 `users` and the users of seeds 000, 001, 002 and 004. Seed names that differ
    here: `account_type_informal` is `account_type`, `current_account_status` is
    `account_status`; `password_hash` is the column behind `password`.

    A soft-deleted account keeps its username and e-mail reserved until its erasure is done,
    so that nobody can step into a known name in those days and the deletion can be called
    back; the erasure then renames the row and empties the e-mail.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=64, validators=[username_validator])
    # Empty for guests and robots, who have none.
    email = models.EmailField(max_length=254, blank=True, default="")
    password = models.CharField(max_length=128, db_column="password_hash")
    first_name = models.CharField(max_length=150, blank=True, default="")
    last_name = models.CharField(max_length=150, blank=True, default="")

    display_name = models.CharField(max_length=150, blank=True, default="")
    avatar_url = models.URLField(max_length=500, blank=True, default="")
    current_status = models.CharField(
        max_length=16, choices=CurrentStatus.choices, default=CurrentStatus.OFFLINE
    )
    last_seen_at = models.DateTimeField(null=True, blank=True)
    chat_preferences = models.JSONField(default=dict, blank=True)
    language = models.CharField(max_length=16, default="en")

    account_type = models.CharField(
        max_length=16, choices=AccountType.choices, default=AccountType.GUEST
    )
    account_status = models.CharField(
        max_length=24, choices=AccountStatus.choices, default=AccountStatus.PENDING_VERIFICATION
    )
    is_email_verified = models.BooleanField(default=False)
    support_level = models.CharField(
        max_length=8, choices=SupportLevel.choices, default=SupportLevel.NONE
    )
    is_staff = models.BooleanField("may enter the admin", default=False)

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    all_objects: ClassVar[AllUsers] = AllUsers()
    objects: ClassVar[LivingUsers] = LivingUsers()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        db_table = "users"
        # Checks for a free name and the admin must see reserved names, too; a soft-deleted
        # account cannot sign in, since `is_active` is false for it.
        default_manager_name = "all_objects"
        constraints = [
            # Upper, not Lower: Django's `iexact` compares UPPER(x), so these two indexes also
            # serve sign-in by name or by e-mail, in our code, in allauth and in the admin.
            models.UniqueConstraint(
                Upper("username"),
                name="uq_users_username",
                violation_error_message="This username is taken.",
            ),
            models.UniqueConstraint(
                Upper("email"),
                # Also in terms of UPPER(x), or the planner could not tell that a search by e-mail
                # lies within this index.
                condition=~Q(Exact(Upper("email"), "")),
                name="uq_users_email",
                violation_error_message="This e-mail address is in use.",
            ),
            models.CheckConstraint(
                condition=Q(account_type__in=AccountType.values), name="ck_users_account_type"
            ),
            models.CheckConstraint(
                condition=Q(account_status__in=AccountStatus.values),
                name="ck_users_account_status",
            ),
            models.CheckConstraint(
                condition=Q(current_status__in=CurrentStatus.values),
                name="ck_users_current_status",
            ),
            models.CheckConstraint(
                condition=Q(support_level__in=SupportLevel.values), name="ck_users_support_level"
            ),
        ]
        indexes = [
            # Who is online, latest seen first: presence lists and the choice of a free agent.
            models.Index(
                fields=["current_status", "last_seen_at"], name="idx_users_status_last_seen"
            ),
            # The agents of a tier: escalations look for one; most accounts have no tier.
            models.Index(
                fields=["support_level"],
                condition=~Q(support_level="none"),
                name="idx_users_support_level",
            ),
        ]

    def __str__(self) -> str:
        return self.username

    def clean(self) -> None:
        super().clean()
        self.email = self.__class__.all_objects.normalize_email(self.email)

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Whether Django and allauth may sign this account in.

        A pending account counts: allauth then leads it to its e-mail verification instead of
        telling it that it is closed. Signing in for real asks `may_sign_in`.
        """
        return self.deleted_at is None and self.account_status in (
            AccountStatus.ACTIVE,
            AccountStatus.PENDING_VERIFICATION,
        )

    @property
    def may_sign_in(self) -> bool:
        return self.deleted_at is None and self.account_status == AccountStatus.ACTIVE

    @property
    def shown_name(self) -> str:
        """The name others see."""
        return self.display_name or self.get_full_name() or self.username

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or self.username

    def can(self, permission: str) -> bool:
        """Whether this account holds a permission such as `chat:room:create`.

        An account that is not active may nothing, a superuser everything, `chat:room:*` covers
        every action of its domain. Raises Invalid for what is not of that form.
        """
        prefix, action = split_permission(permission)
        if not self.may_sign_in:
            return False
        return self.is_superuser or not self.held_permissions.isdisjoint(
            (f"{prefix}:{action}", f"{prefix}:*")
        )

    @cached_property
    def held_permissions(self) -> frozenset[str]:
        """All that grants give; one query for the life of this instance, at a door: a request."""
        from chatcore.models.permissions import PermissionGrant  # which names this class

        rows = PermissionGrant.objects.reaching(self)
        return frozenset(
            f"{prefix}:{action}"
            for prefix, action in rows.values_list("domain__permission_prefix", "action")
        )


@lru_cache(maxsize=1024)
def split_permission(permission: str) -> tuple[str, str]:
    """("chat:room", "create"); raises Invalid for what is not of that form."""
    parts = permission.split(":")
    if len(parts) != 3 or not all(_WORD.fullmatch(part) for part in parts):
        raise Invalid(
            "Write a permission as `domain:function:action`, for example chat:room:create.",
            errors={"permission": ["Not of the form domain:function:action."]},
        )
    return f"{parts[0]}:{parts[1]}", parts[2]
