"""What every environment shares. Values that differ come from the environment (.env.example)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from attribution.clickpath.visit import networks_of
from exchange import env as read
from exchange.settings.ops import UNFOLD  # noqa: F401  # a setting

BASE_DIR = Path(__file__).resolve().parents[2]

SECRET_KEY = read.env("SECRET_KEY")
FIELD_KEYS = read.field_keys(read.env("FIELD_KEYS"))
# Signs the published days; the public keys before this one, so that older days still hold.
PROOF_KEY = read.proof_key(read.env("PROOF_KEY"))
PROOF_KEYS_BEFORE = read.env("PROOF_KEYS_BEFORE", "").split()
DEBUG = False
DEMO = read.envbool("DEMO", default=False)

BASE_URL = read.env("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
CLICK_BASE_URL = read.env("CLICK_BASE_URL", "http://127.0.0.1:8001").rstrip("/")
# How long clicks are kept: whole, their networks, their sums by the hour. Days' sums stay.
CLICK_RETENTION_DAYS = read.envint("CLICK_RETENTION_DAYS", 400)
CLICK_NETWORK_DAYS = read.envint("CLICK_NETWORK_DAYS", 180)
CLICK_HOURLY_DAYS = read.envint("CLICK_HOURLY_DAYS", 14)
# How long what a source sent is kept as it came; its hash and what became of it stay.
EVENT_BODY_DAYS = read.envint("EVENT_BODY_DAYS", 90)
# How long a file of orders is kept for its brand's word; then it is erased.
UPLOAD_DAYS = read.envint("UPLOAD_DAYS", 7)
SANDBOX_URL = read.env("SANDBOX_URL", "").rstrip("/")
# The state register of taxpayers; in the demo, its stand-in. Without a token nothing is asked.
_KGD_HOST = f"{SANDBOX_URL}/kgd" if SANDBOX_URL else "https://portal.kgd.gov.kz"
KGD_URL = read.env("KGD_URL", f"{_KGD_HOST}/services/isnaportalsync/public")
KGD_TOKEN = read.env("KGD_TOKEN", "sandbox" if SANDBOX_URL else "")
# The National Bank's official rates; in the demo, its stand-in.
_BANK_HOST = f"{SANDBOX_URL}/national_bank" if SANDBOX_URL else "https://nationalbank.kz"
NATIONAL_BANK_URL = read.env("NATIONAL_BANK_URL", _BANK_HOST)
# NCANode computes signatures of the national certification centre; empty: nobody does. It stands
# in our own network. The key is read from these files when something is signed, by the worker.
NCANODE_URL = read.env("NCANODE_URL", f"{SANDBOX_URL}/ncanode" if SANDBOX_URL else "").rstrip("/")
NCANODE_KEY_PATH = read.env("NCANODE_KEY_PATH", "")
NCANODE_PASSWORD_PATH = read.env("NCANODE_PASSWORD_PATH", "")
# Whose X-Forwarded-For is believed, as in the click path
TRUSTED_PROXIES = networks_of(read.env("CLICK_TRUSTED_PROXIES", ""))
IS_HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = [urlsplit(BASE_URL).hostname or "", "127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# Processes: who serves and who may be reached
ROOT_URLCONF = "exchange.urls"
WSGI_APPLICATION = "exchange.wsgi.application"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576  # the body cap of every door; the inbox has its own
REDIS_URL = read.env("REDIS_URL")

DATABASES = {
    "default": read.database(read.env("DATABASE_URL"))
    | {
        "ATOMIC_REQUESTS": False,  # acting_as opens the transaction, and knows the role
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # a transaction pooler cannot keep them
    }
}
# Not a second alias: nothing at run time can reach it by a slip. See core/tenancy/logins.py.
OWNER_URL = read.env("DATABASE_OWNER_URL", "")
DATABASE_OWNER = read.database(OWNER_URL) if OWNER_URL else None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "birge",
    }
}

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "exchange.apps.ExchangeConfig",
    "exchange.apps.OpsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "core",
    "core.accounts",
    "core.audit",
    "core.notify",
    "ledger",
    "brands",
    "influencers",
    "compliance",
    "campaigns",
    "attribution",
    "payouts",
    "exchange.web",
]
MIDDLEWARE = [
    "exchange.middleware.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "exchange.middleware.CleanTextMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "exchange.web.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "exchange.middleware.RefusalMiddleware",
    "exchange.middleware.UnavailableMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "exchange/web/templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "exchange.web.context_processors.shell",
            ],
        },
    }
]

# People and sessions
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # the subjects name Birge themselves
ACCOUNT_ADAPTER = "core.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # the same answer for known and unknown addresses
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_HTTPS else "http"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
MFA_ADAPTER = "core.accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Birge"
# One period either way, as RFC 6238 (section 5.2) allows: a phone's clock drifts, and a code typed
# in the last second of its period is still the person's code.
MFA_TOTP_TOLERANCE = 1
USERSESSIONS_TRACK_ACTIVITY = False
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "exchange.web.views.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

# Languages: Kazakh first; a missing Kazakh string shows Russian, never English
LANGUAGES = [("kk", _("Kazakh")), ("ru", _("Russian")), ("en", _("English"))]
LANGUAGE_CODE = "ru"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["exchange.web.formats"]
USE_TZ = True
TIME_ZONE = "Asia/Almaty"
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 31_536_000

# Files
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = Path(read.env("MEDIA_ROOT", str(BASE_DIR / ".dev/media")))

# E-mail
vars().update(read.email(read.env("EMAIL_URL", "smtp://127.0.0.1:25")))
DEFAULT_FROM_EMAIL = read.env("DEFAULT_FROM_EMAIL", "Birge <hello@birge.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Background work: only core.jobs.enqueue starts it, and sweepers pick up what a broker lost
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 300
CELERY_TIMEZONE = "UTC"
# Sources that a worker asks at once: what it does is wait. docs/adr/0008-poll-planner.md
POLL_HANDS = int(read.env("POLL_HANDS", "32"))
POLL_HANDS_SLOW = int(read.env("POLL_HANDS_SLOW", "64"))
CELERY_BEAT_SCHEDULE = {
    "inbox": {"task": "attribution.tasks.inbox_sweep", "schedule": 60.0},
    # A tick asks for 10 s, and one that waited too long for a worker is dropped: two workers poll,
    # seldom three, and one or two ask slow sources.
    "poll": {
        "task": "attribution.tasks.connections_poll",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "poll slow": {
        "task": "attribution.tasks.connections_poll_slow",
        "schedule": 20.0,
        "options": {"expires": 20.0},
    },
    "new lists": {"task": "attribution.tasks.cursors_keep_up", "schedule": 600.0},
    "lifecycle": {"task": "attribution.tasks.conversions_advance", "schedule": 15.0},
    "late returns": {"task": "attribution.tasks.late_returns_apply", "schedule": 60.0},
    "months": {"task": "attribution.tasks.periods_settle", "schedule": 300.0},
    "campaigns": {"task": "campaigns.tasks.campaigns_sweep", "schedule": 60.0},
    "deals": {"task": "campaigns.tasks.deals_sweep", "schedule": 60.0},
    "invoices": {"task": "campaigns.tasks.invoices_sweep", "schedule": 900.0},
    "signatures": {"task": "compliance.tasks.signatures_settle", "schedule": 300.0},
    "credit notes": {
        "task": "campaigns.tasks.returns_sweep",
        "schedule": crontab(hour="22", minute="0"),  # three o'clock in Kazakhstan
    },
    "payouts": {"task": "payouts.tasks.payouts_sweep", "schedule": 60.0},
    "ledger check": {"task": "exchange.tasks.ledger_check", "schedule": 3600.0},
    "money check": {
        "task": "exchange.tasks.money_check",
        "schedule": crontab(hour="21", minute="30"),  # half past two in Kazakhstan
    },
    "rates": {"task": "attribution.tasks.rates_keep_up", "schedule": 900.0},
    "old clicks": {"task": "attribution.tasks.clicks_forget", "schedule": 3600.0},
    "same sales": {"task": "attribution.tasks.same_sales_sweep", "schedule": 3600.0},
    "silence": {"task": "attribution.tasks.silences_find", "schedule": 900.0},
    "receipts": {"task": "attribution.tasks.receipts_advance", "schedule": 60.0},
    "daily totals": {"task": "attribution.tasks.daily_totals_tell", "schedule": 600.0},
    "leaks": {"task": "attribution.tasks.leaks_find", "schedule": 300.0},
    "phones": {"task": "attribution.tasks.phones_sweep", "schedule": 300.0},
    "old phones": {"task": "attribution.tasks.phones_purge", "schedule": 3600.0},
    "old claimants": {"task": "attribution.tasks.receipt_people_purge", "schedule": 3600.0},
    "old lists": {"task": "attribution.tasks.shown_forget", "schedule": 3600.0},
    "old bodies": {"task": "attribution.tasks.bodies_purge", "schedule": 3600.0},
    "uploads": {"task": "attribution.tasks.uploads_keep_up", "schedule": 60.0},
    "reruns": {"task": "attribution.tasks.reruns_keep_up", "schedule": 60.0},
    "proofs": {"task": "attribution.tasks.proofs_publish", "schedule": 900.0},
    "old calls": {"task": "attribution.tasks.calls_forget", "schedule": 3600.0},
    "mail": {"task": "core.notify.tasks.messages_sweep", "schedule": 20.0},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["exchange.api.auth.KeyAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "exchange.api.errors.exception_handler",
    "DEFAULT_PERMISSION_CLASSES": ["exchange.api.auth.HasScope"],
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Birge API",
    "DESCRIPTION": "Orders in, conversions and balances out. Money is integer tiyn (*_minor).",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "CampaignStatus": "campaigns.models.Campaign.Status",
        "ConversionStatus": "attribution.models.Conversion.Status",
        "OrderStatus": "attribution.models.Order.Status",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"secret paths": {"()": "exchange.logs.SecretPaths"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["secret paths"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        name: {"level": "INFO", "handlers": ["console"], "propagate": False}
        for name in (
            "core",
            "ledger",
            "attribution",
            "campaigns",
            "payouts",
            "compliance",
            "exchange",
        )
    },
}

# The platform as the bank knows it: payer of every payout
PLATFORM_NAME = read.env("PLATFORM_NAME", "")
PLATFORM_BIN = read.env("PLATFORM_BIN", "")
PLATFORM_IBAN = read.env("PLATFORM_IBAN", "")
# As its invoices name it beside: address, and the certificate of a VAT payer
PLATFORM_ADDRESS = read.env("PLATFORM_ADDRESS", "")
PLATFORM_VAT_SERIES = read.env("PLATFORM_VAT_SERIES", "")
PLATFORM_VAT_NUMBER = read.env("PLATFORM_VAT_NUMBER", "")
