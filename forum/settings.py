"""The settings: one module, read from the environment, the same in every place.

`DEMO=1` is the demo shape: SQLite, a broker in files, mails in files, a made-up key, this machine's host only.
All else (content policy, manifest static files, error pages) is as in production. Without it, a missing secret
stops the start.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from whitenoise.compress import Compressor

from forum import cldr, env, languages

BASE_DIR = Path(__file__).resolve().parent.parent

DEMO = env.flag("DEMO")
DEBUG = False
DATA_DIR = env.path("DATA_DIR", BASE_DIR / "var")
THIS_MACHINE = ["localhost", "127.0.0.1", "[::1]"]

if DEMO:
    # The demo's key only has to differ between machines' folders; it guards invented people.
    SECRET_KEY = env.text("SECRET_KEY", hashlib.sha256(f"demo {DATA_DIR}".encode()).hexdigest())
    SITE_URL = env.text("SITE_URL", "http://localhost:8000")
    ALLOWED_HOSTS = THIS_MACHINE
    if urlsplit(SITE_URL).hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise ImproperlyConfigured(
            "DEMO=1 serves this machine only: leave SITE_URL out or point it at localhost."
        )
else:
    SECRET_KEY = env.text("SECRET_KEY")
    SITE_URL = env.text("SITE_URL").rstrip("/")
    ALLOWED_HOSTS = [urlsplit(SITE_URL).hostname or "", *env.words("ALLOWED_HOSTS")]

SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS", between=",")  # a key may hold blanks

# --- what runs -------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "forum",
    "speakers",
    "agenda",
    "registration",
    "forum.site",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.forms",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "forum.static_app.ForumStaticFilesConfig",
    "forum.admin_app.ForumAdminConfig",
    "django_countries",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "forum.caching.PageCache",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "forum.http.further_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "forum.http.OnlyText",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "forum.http.EditionMiddleware",
]

ROOT_URLCONF = "forum.site.urls"
WSGI_APPLICATION = "forum.wsgi.application"
AUTH_USER_MODEL = "forum.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "forum.http.edition",
            ],
            "builtins": [
                "forum.templatetags.addresses",
                "forum.templatetags.components",
                "forum.templatetags.formats",
                "forum.templatetags.frame",
            ],
        },
    }
]
# The frame of every page, fields of forms, and lists of hundreds, are drawn by Jinja (docs/decisions.md); all else by
# Django's own.
TEMPLATES += [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "jinja",
        "DIRS": [BASE_DIR / "templates" / "jinja"],
        "APP_DIRS": True,  # Django's own widgets
        "OPTIONS": {"trim_blocks": True, "lstrip_blocks": True, "auto_reload": False},
    }
]
FORM_RENDERER = "forum.renderer.Forms"

# --- what is stored --------------------------------------------------------------------------------------------

# Only the demo has a database by default: a forgotten DATABASE_URL must never write to a stray file.
DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{DATA_DIR}/demo.sqlite3" if DEMO else None)}

# The demo needs no services: its queue lies in files, its cache in the database.
REDIS_URL = env.redis("REDIS_URL", optional=DEMO)
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}
PAGE_CACHE = env.flag("PAGE_CACHE", True)

MEDIA_ROOT = env.path("MEDIA_ROOT", DATA_DIR / "media")
MEDIA_URL = "/media/"
PRIVATE_ROOT = env.path("PRIVATE_ROOT", DATA_DIR / "private")
STATIC_ROOT = env.path("STATIC_ROOT", DATA_DIR / "static")
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT},
    },
    "staticfiles": {"BACKEND": "forum.stylesheets.OneStylesheetStorage"},
}
# The fonts are for badges, drawn here; to compress their 23 MB for browsers would take minutes at every start.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "ttf")
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_HANDLERS = [
    "forum.uploads.NoMoreThanEnough",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 10  # a ticket's page asks for as many at most (registration.models.question)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- the queue -------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost//"
if not REDIS_URL:
    CELERY_BROKER_TRANSPORT = "forum.broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(DATA_DIR / "broker"),
        "data_folder_out": str(DATA_DIR / "broker"),
        "control_folder": str(DATA_DIR / "broker-control"),
        "polling_interval": 0.1,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
        "visibility_timeout": 600,
        # A nudge that does not go at once is left to the sweep: nobody waits for it.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 300
CELERY_TIMEZONE = "UTC"
SOON = {"expires": 15}  # a sweep that no worker had time for is worth nothing: the next one does the same
CELERY_BEAT_SCHEDULE = {
    "sweep the outbox": {"task": "forum.tasks.sweep_messages", "schedule": 15.0, "options": SOON},
    "sweep the jobs": {"task": "forum.tasks.sweep_jobs", "schedule": 15.0, "options": SOON},
    "sweep the results": {"task": "forum.tasks.sweep_results", "schedule": 3600.0},
    "tell those who asked": {"task": "forum.tasks.announce_open_registration", "schedule": 60.0},
    "sweep the photos": {"task": "speakers.tasks.sweep_photos", "schedule": 3600.0},
    "sweep the personal agendas": {"task": "agenda.tasks.sweep_personal_agendas", "schedule": 24 * 3600.0},
    "sweep the imports": {"task": "agenda.tasks.sweep_imports", "schedule": 3600.0},
    "sweep the reservations": {"task": "registration.tasks.sweep_reservations", "schedule": 60.0},
    "sweep the waiting lists": {
        "task": "registration.tasks.sweep_waiting_lists",
        "schedule": 60.0,
        "options": SOON,
    },
    "sweep the reminders": {"task": "registration.tasks.sweep_reminders", "schedule": 1800.0},
    "sweep the guests": {"task": "registration.tasks.sweep_guests", "schedule": 600.0},
    "give speakers their places": {"task": "registration.tasks.sweep_speaker_places", "schedule": 120.0},
    "sweep the sessions": {"task": "forum.site.tasks.sweep_sessions", "schedule": 3600.0},
    "sweep the checkouts": {"task": "registration.tasks.sweep_checkouts", "schedule": 60.0, "options": SOON},
    "sweep the slow banks": {"task": "registration.tasks.sweep_slow_banks", "schedule": 1800.0},
    "sweep the refunds": {"task": "registration.tasks.sweep_refunds", "schedule": 60.0, "options": SOON},
    "sweep the invoices": {"task": "registration.tasks.sweep_invoices", "schedule": 300.0},
    "sweep the answers": {"task": "registration.tasks.sweep_answers", "schedule": 3600.0},
    "compare counters with places": {"task": "registration.tasks.compare_counters", "schedule": 3600.0},
}

# --- money -----------------------------------------------------------------------------------------------------

# Online payment is offered where there is a key. The demo has none that could move money: it speaks to its stand-in.
STRIPE_SECRET_KEY = "sk_test_stand_in" if DEMO else env.text("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = "whsec_stand_in" if DEMO else env.text("STRIPE_WEBHOOK_SECRET", "")
STRIPE_API = env.text("STRIPE_API", "http://localhost:8001" if DEMO else "")
STRIPE_PAGES = STRIPE_API or "https://checkout.stripe.com"
if STRIPE_SECRET_KEY and not STRIPE_WEBHOOK_SECRET:
    raise ImproperlyConfigured(
        "Set STRIPE_WEBHOOK_SECRET too: without it no payment could be told from a forged one."
    )
if STRIPE_API and STRIPE_SECRET_KEY and not STRIPE_SECRET_KEY.startswith("sk_test_"):
    raise ImproperlyConfigured("STRIPE_API is for tests: with a key that moves money, leave it out.")

# --- mail ------------------------------------------------------------------------------------------------------

globals().update(env.mail("EMAIL_URL", f"file://{DATA_DIR}/mail" if DEMO else None))
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Plenary <forum@example.org>" if DEMO else None)
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- languages and time ----------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = languages.of_installation(env.words("LANGUAGES", "en th my"), fallback=LANGUAGE_CODE)
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "forum" / "no_catalogue"]
FORMAT_MODULE_PATH = "forum.formats"
COUNTRIES_OVERRIDE = cldr.countries()
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- sign-in ---------------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 2 * 3600
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL = "signed-in"
ACCOUNT_ADAPTER = "forum.site.sign_in.adapters.Adapter"
ACCOUNT_FORMS = {
    "request_login_code": "forum.site.sign_in.forms.RequestCodeForm",
    "confirm_login_code": "forum.site.sign_in.forms.ConfirmCodeForm",
    "login": "forum.site.sign_in.forms.PasswordForm",
    "reauthenticate": "forum.site.sign_in.forms.PasswordAgainForm",
    "reset_password": "forum.site.sign_in.forms.ResetPasswordForm",
    "reset_password_from_key": "forum.site.sign_in.forms.NewPasswordForm",
    "change_password": "forum.site.sign_in.forms.ChangePasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# Nobody signs up; allauth asks for the password at sign-in only if it would at sign-up.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
# Digits are on every keyboard; with eight of them, five tries a code and the limits below, guessing is hopeless.
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 8}
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "20/m/ip,100/h/ip,4/10m/key",
    "reset_password": "20/m/ip,100/h/ip,4/10m/key",
}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_request_login_code"
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "forum.site.sign_in.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "forum.site.sign_in.forms.SecondFactorForm",
    "reauthenticate": "forum.site.sign_in.forms.SecondFactorAgainForm",
    "activate_totp": "forum.site.sign_in.forms.SetUpAppForm",
    "add_webauthn": "forum.site.sign_in.forms.AddKeyForm",
    "edit_webauthn": "forum.site.sign_in.forms.RenameKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the rule is against strangers who sign up with another's address
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_TOTP_ISSUER = "Plenary"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off

# --- safety ----------------------------------------------------------------------------------------------------

SECURE = SITE_URL.startswith("https://")
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE  # else keys would not work on one's own machine
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
# How many proxies of ours a request passes. As many entries at the end of X-Forwarded-For are theirs, and true; what a
# visitor writes there stands before them and counts for nothing.
PROXIES = env.number("BEHIND_PROXY", 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "forum.site.views.csrf_failure"
LANGUAGE_COOKIE_SECURE = SECURE
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "forum.logs.WithoutSecrets",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "stripe": {"level": "WARNING"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # anybody can ask for any name
    },
}
