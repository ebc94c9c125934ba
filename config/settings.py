"""Django's settings. Everything that differs between machines comes from `config/env.py`."""

import warnings
from typing import Any
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

from config.admin_look import UNFOLD as UNFOLD
from config.env import BASE_DIR, env
from config.logs import LOGGING as LOGGING

_env = env()

SECRET_KEY = _env.SECRET_KEY
DEBUG = _env.DEBUG
ALLOWED_HOSTS = [host.strip() for host in _env.ALLOWED_HOSTS.split(",") if host.strip()]
PUBLIC_URL = _env.PUBLIC_URL or f"http://localhost:{_env.PORT}"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
HOST = _env.HOST
METRICS_TOKEN = _env.METRICS_TOKEN
DATA_DIR = _env.CHATCORE_DATA_DIR.resolve()
TRUSTED_PROXIES = [p.strip() for p in _env.TRUSTED_PROXIES.split(",") if p.strip()]
RATE_LIMITS = _env.RATE_LIMITS == "on"
GUESTS_ALLOWED = _env.GUESTS_ALLOWED
# Whose pages may show the widget.
WIDGET_ORIGINS = [o.strip() for o in _env.WIDGET_ORIGINS.split(",") if o.strip()]

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # the default one would put its own site in the place of ours
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "psqlextra",
    "pgtrigger",
    "pghistory",
    "channels",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "import_export",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "chatcore",
    "dialogues",
    "rooms",
    "analytics",
]

MIDDLEWARE = [
    "chatcore.health.answer_probes",
    "chatcore.http.middleware.request_context",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "chatcore.http.history.RequestHistory",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "chatcore.http.middleware.security_headers",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


def _database(url: str) -> dict[str, Any]:
    """One connection pool per process: under ASGI a connection per request or thread would leak.

    Parsed by PostgreSQL's own library, so several hosts may be named: the one that takes writes is used.
    """
    parts = conninfo_to_dict(url)
    if "," in str(parts.get("host")):
        parts.setdefault("target_session_attrs", "read-write")
    named = {
        "NAME": "dbname",
        "USER": "user",
        "PASSWORD": "password",
        "HOST": "host",
        "PORT": "port",
    }
    return {
        "ENGINE": "psqlextra.backend",
        **{name: parts.pop(part, "") for name, part in named.items()},
        "CONN_MAX_AGE": 0,
        # Else each pooled connection fails one request after the server has died and come back.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **parts,
            "pool": {"min_size": 1, "max_size": 16, "timeout": 20},
            "application_name": "chatcore",
        },
    }


# Without an address, commands that need no database still work; check chatcore.E010 tells the rest.
DATABASES = {"default": _database(_env.DATABASE_URL or "postgres://")}
if _env.DATABASE_REPLICA_URL:
    DATABASES["replica"] = _database(_env.DATABASE_REPLICA_URL)
# Never used as a backend itself: psqlextra wraps it.
POSTGRES_EXTRA_DB_BACKEND_BASE = "django.db.backends.postgresql"
POSTGRES_EXTRA_AUTO_EXTENSION_SET_UP = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = _env.REDIS_URL


def _redis(db: int) -> str:
    """One server, three uses: 0 broker (must not be evicted), 1 channel layer, 2 cache."""
    parts = urlsplit(REDIS_URL)
    base = int(parts.path.strip("/") or 0)
    return parts._replace(path=f"/{base + db}").geturl()


if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            # redis-py's default of 5 s would cut idle subscriptions off.
            "CONFIG": {"hosts": [{"address": _redis(1), "socket_timeout": None}]},
        }
    }
    CACHES: dict[str, Any] = {
        "default": {
            "BACKEND": "chatcore.cache.FallbackCache",
            "LOCATION": _redis(2),
            "KEY_PREFIX": "chatcore",
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
        }
    }
    CACHES["shared"] = CACHES["default"] | {"BACKEND": "chatcore.cache.ForgetfulCache"}
    CELERY_BROKER_URL = _redis(0)
    PRESENCE_REDIS_URL = RATE_LIMIT_URL = _redis(2)
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CACHES["shared"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    CELERY_BROKER_URL = "memory://"
    PRESENCE_REDIS_URL = RATE_LIMIT_URL = ""

AUTH_USER_MODEL = "chatcore.User"
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # the username is unique, whatever the case, by a constraint on an expression
]
CSRF_FAILURE_VIEW = "chatcore.http.problem.csrf_failure"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_ADAPTER = "chatcore.accounts.AccountAdapter"
ACCOUNT_USERNAME_VALIDATORS = "chatcore.accounts.username_validators"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Chatcore: "
# False switches allauth's own limits off, an empty table keeps its defaults.
ACCOUNT_RATE_LIMITS: Any = {} if RATE_LIMITS else False
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Chatcore"

EMAIL_BACKEND = (
    "django.core.mail.backends.console.EmailBackend"
    if _env.EMAIL_URL.startswith("console:")
    else "django.core.mail.backends.smtp.EmailBackend"
)
_mail = urlsplit(_env.EMAIL_URL)
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.username or "", _mail.password or ""
EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
EMAIL_USE_SSL = _mail.scheme == "smtps"
DEFAULT_FROM_EMAIL = _env.DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 30
# Where answers to our mails go, reply+<token>@…; "": they cannot be answered.
MAIL_REPLY_ADDRESS = _env.MAIL_REPLY_ADDRESS
# Days for which such an address is good, and for which it is once all that was asked for is solved.
MAIL_REPLY_DAYS, MAIL_REPLY_SOLVED_DAYS = _env.MAIL_REPLY_DAYS, _env.MAIL_REPLY_SOLVED_DAYS
# What becomes of an answer from an address that is not its person's.
MAIL_REPLY_FROM = _env.MAIL_REPLY_FROM
# How long an agent is away before they get a mail, and the least time between two. 0: none.
AGENT_MAIL_MINUTES = _env.AGENT_MAIL_MINUTES

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "chatcore.http.authentication.BearerAuthentication",
        "chatcore.http.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["chatcore.http.rendering.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["chatcore.http.parsing.StrictJsonParser"],
    "DEFAULT_SCHEMA_CLASS": "chatcore.http.schema.ProblemSchema",
    "DEFAULT_THROTTLE_CLASSES": ["chatcore.http.throttles.RuleThrottle"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    # `?format=` belongs to our own exports, and never chooses a renderer.
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "chatcore.http.problem.problem_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Chatcore",
    "DESCRIPTION": "AI dialogues that cite their sources, and rooms where people and robots help.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "AccountStatusEnum": "chatcore.models.users.AccountStatus",
        "CurrentStatusEnum": "chatcore.models.users.CurrentStatus",
        "JobStateEnum": "chatcore.models.jobs.JobState",
        "HitKindEnum": "chatcore.search.HIT_KINDS",
        "DialogueTypeEnum": "dialogues.models.sessions.DialogueType",
        "BegunDialogueTypeEnum": "dialogues.models.templates.DialogueTemplate.Type",
        "StarterRoleEnum": "dialogues.models.templates.StarterRole",
        "DialogueStatusEnum": "dialogues.models.sessions.DialogueStatus",
        "MessageRoleEnum": "dialogues.models.messages.MessageRole",
        "TurnStatusEnum": "dialogues.models.turns.TurnStatus",
        "BookStatusEnum": "dialogues.models.books.Book.Status",
        "RoomStatusEnum": "rooms.models.rooms.RoomStatus",
        "ParticipantRoleEnum": "rooms.models.participants.Role",
        "ParticipantStatusEnum": "rooms.models.participants.ParticipantStatus",
        "EscalationStatusEnum": "rooms.models.escalations.EscalationStatus",
        "LevelEnum": "rooms.models.escalations.Level",
        "EscalationEventKindEnum": "rooms.models.escalations.EventKind",
        "EventTypeEnum": "dialogues.models.life_events.LifeEventType",
        "WebhookEventEnum": "rooms.models.webhooks.EVENT_TYPES",
        "DeliveryStateEnum": "rooms.models.webhooks.DeliveryState",
        "RobotKindEnum": "rooms.models.robots.RobotKind",
        "RobotStatusEnum": "rooms.models.robots.RobotStatus",
        "SupportStageEnum": "rooms.api.customer.STAGES",
        "OutcomeEnum": "rooms.models.conclusions.Outcome",
        "SaidToEnum": "rooms.api.serializers.SAID_TO",
    },
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = True
# Only an image collects them; everywhere else they are found where they lie.
warnings.filterwarnings("ignore", "No directory at", UserWarning)
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = DATA_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
BOOK_UPLOAD_MAX_BYTES = 25 * 1024 * 1024

ATTACHMENT_MAX_BYTES = _env.ATTACHMENT_MAX_MB * 1024 * 1024
# Of one person; 0: no limit.
ATTACHMENT_QUOTA_BYTES = _env.ATTACHMENT_QUOTA_MB * 1024 * 1024
ATTACHMENT_MAX_PIXELS = _env.ATTACHMENT_MAX_MEGAPIXELS * 1_000_000
WEBHOOK_ALLOW_PRIVATE = [
    part.strip() for part in _env.WEBHOOK_ALLOW_PRIVATE.split(",") if part.strip()
]
ATTACHMENT_SCAN_COMMAND = _env.ATTACHMENT_SCAN_COMMAND


def _attachments() -> dict[str, Any]:
    """A folder that no web server shows; or a private bucket, its keys as boto3 finds them (AWS_…)."""
    if not _env.ATTACHMENT_S3_BUCKET:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": DATA_DIR / "attachments", "base_url": None},
        }
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": _env.ATTACHMENT_S3_BUCKET,
            "endpoint_url": _env.ATTACHMENT_S3_ENDPOINT or None,
            "region_name": _env.ATTACHMENT_S3_REGION or None,
            "default_acl": None,
            "file_overwrite": True,
        },
    }


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "attachments": _attachments(),
}

SESSION_ENGINE = "chatcore.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https:")
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if PUBLIC_URL.startswith("https:") else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

ACCESS_TOKEN_SECONDS = 600
REFRESH_TOKEN_DAYS = 30
SOCKET_TICKET_SECONDS = 30
PARTITION_MONTHS_AHEAD = 12
PARTITION_MONTHS_RED = 2

LLM_BASE_URL, LLM_API_KEY, LLM_MODEL = _env.LLM_BASE_URL, _env.LLM_API_KEY, _env.LLM_MODEL
LLM_TOOLS = _env.LLM_TOOLS == "on"
EMBEDDING_MODEL = _env.EMBEDDING_MODEL
STAFF_SAY_WHY = _env.STAFF_SAY_WHY == "on"
MESSAGE_CACHE, TEMPLATE_CACHE = _env.MESSAGE_CACHE == "on", _env.TEMPLATE_CACHE == "on"
DIGEST_WITH = _env.DIGEST_WITH
SNAPSHOT_KEPT_DAYS = _env.SNAPSHOT_KEPT_DAYS

# How long a model may be silent, and how long an answer may take altogether.
LLM_SILENCE_SECONDS = _env.LLM_SILENCE_SECONDS
TURN_SECONDS = _env.TURN_SECONDS

# What a person may spend in a calendar month (UTC) and in one dialogue. 0: no limit.
BUDGET_USER_MONTH_USD = _env.BUDGET_USER_MONTH_USD
BUDGET_USER_MONTH_TOKENS = _env.BUDGET_USER_MONTH_TOKENS
BUDGET_SESSION_USD = _env.BUDGET_SESSION_USD
BUDGET_SESSION_TOKENS = _env.BUDGET_SESSION_TOKENS
BUDGET_ROBOT_DAY_USD = _env.BUDGET_ROBOT_DAY_USD
BUDGET_ROBOT_MONTH_USD = _env.BUDGET_ROBOT_MONTH_USD
ROBOT_TURNS_A_MINUTE = _env.ROBOT_TURNS_A_MINUTE

# Messages after which a person is told to begin anew; nothing is refused. 0: never.
DIALOGUE_SOFT_LIMIT = _env.DIALOGUE_SOFT_LIMIT
# Days. 0: silent dialogues with the assistant stay; deleted dialogues stay hidden for ever.
ASSISTANT_KEPT_DAYS = _env.ASSISTANT_KEPT_DAYS
DELETED_KEPT_DAYS = _env.DELETED_KEPT_DAYS

# Days in which a solved escalation may be opened again. 0: never.
ESCALATION_REOPEN_DAYS = _env.ESCALATION_REOPEN_DAYS
# What one step of an escalation's priority is worth in waiting.
QUEUE_STEP_SECONDS = _env.QUEUE_STEP_SECONDS
