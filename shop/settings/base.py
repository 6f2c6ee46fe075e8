"""Settings shared by every way of running the shop. The environment is read here only."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from oscar.defaults import *

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
PORT = env.int("PORT", default=8000)
SITE_URL = env("SITE_URL", default=f"http://127.0.0.1:{PORT}")
SITE_ID = 1

INSTALLED_APPS = [
    # ours
    "shop.core.apps.CoreConfig",
    "shop.outbox.apps.OutboxConfig",
    "producers.apps.ProducersConfig",
    "producers.workspace.apps.WorkspaceConfig",
    "catalogue.apps.CatalogueConfig",
    "catalogue.shopfront.apps.ShopfrontConfig",
    "shop.production.apps.ProductionConfig",
    "shop.ledger.apps.LedgerConfig",
    "shop.payments.apps.PaymentsConfig",
    "shop.fulfilment.apps.FulfilmentConfig",
    "shop.care.apps.CareConfig",
    "cms.apps.CmsConfig",
    "shop.demo.apps.DemoConfig",
    # Oscar: our forks, and the apps it needs to start
    "shop.oscar.address.apps.AddressConfig",
    "shop.oscar.basket.apps.BasketConfig",
    "shop.oscar.checkout.apps.CheckoutConfig",
    "shop.oscar.customer.apps.CustomerConfig",
    "shop.oscar.order.apps.OrderConfig",
    "shop.oscar.partner.apps.PartnerConfig",
    "oscar.config.Shop",
    "oscar.apps.analytics.apps.AnalyticsConfig",
    "oscar.apps.shipping.apps.ShippingConfig",
    "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
    "oscar.apps.communication.apps.CommunicationConfig",
    "oscar.apps.payment.apps.PaymentConfig",
    "oscar.apps.offer.apps.OfferConfig",
    "oscar.apps.search.apps.SearchConfig",
    "oscar.apps.voucher.apps.VoucherConfig",
    "oscar.apps.wishlists.apps.WishlistsConfig",
    "oscar.apps.dashboard.apps.DashboardConfig",
    "oscar.apps.dashboard.reports.apps.ReportsDashboardConfig",
    "oscar.apps.dashboard.users.apps.UsersDashboardConfig",
    "oscar.apps.dashboard.orders.apps.OrdersDashboardConfig",
    "oscar.apps.dashboard.catalogue.apps.CatalogueDashboardConfig",
    "oscar.apps.dashboard.offers.apps.OffersDashboardConfig",
    "oscar.apps.dashboard.partners.apps.PartnersDashboardConfig",
    "oscar.apps.dashboard.pages.apps.PagesDashboardConfig",
    "oscar.apps.dashboard.ranges.apps.RangesDashboardConfig",
    "oscar.apps.dashboard.reviews.apps.ReviewsDashboardConfig",
    "oscar.apps.dashboard.vouchers.apps.VouchersDashboardConfig",
    "oscar.apps.dashboard.communications.apps.CommunicationsDashboardConfig",
    "oscar.apps.dashboard.shipping.apps.ShippingDashboardConfig",
    "widget_tweaks",
    "haystack",
    "treebeard",
    "django_tables2",
    "django.contrib.flatpages",
    # Wagtail
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    # Django
    "django_htmx",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sites",
    "django.contrib.sitemaps",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

#: How many proxies of our own stand in front; rate limits count the caller, not the proxy.
PROXIES = env.int("PROXIES", default=0)

MIDDLEWARE = [
    "shop.middleware.RealAddress",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shop.middleware.RefuseNulBytes",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "shop.middleware.ContentSecurity",
    "django_htmx.middleware.HtmxMiddleware",
    "shop.oscar.basket.middleware.BasketMiddleware",
]

ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
ASGI_APPLICATION = "shop.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shop.context_processors.page",
            ],
        },
    }
]

# --- database ---
DATABASE_URL = env("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'shop.sqlite3'}"
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            "PRAGMA foreign_keys=ON; PRAGMA cache_size=-20000;"
        ),
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- cache, sessions, background work ---
REDIS_URL = env("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CACHES["renditions"] = dict(CACHES["default"])
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

BROKER_DIR = VAR_DIR / "broker"
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
if not REDIS_URL:
    for folder in ("queue", "processed", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Bangkok"

# --- people ---
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["shop.oscar.customer.backends.EmailOrPhoneBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "customer:login"
LOGIN_REDIRECT_URL = "customer:summary"

# --- language and place ---
LANGUAGE_CODE = "th"
LANGUAGES = [("th", _("Thai")), ("en", _("English"))]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
LOCALE_PATHS = [BASE_DIR / "shop" / "locale"]
TIME_ZONE = "Asia/Bangkok"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH: list[str] = []
PHONENUMBER_DEFAULT_REGION = "TH"
PYTHAINLP_DATA = VAR_DIR / "pythainlp"

# --- files ---
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
#: One machine serves its own pictures; in production the web server or object storage does.
SERVE_MEDIA = env.bool("SERVE_MEDIA", default=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Nothing serves these files but pages that ask who looks; no web server may.
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "private"},
    },
    "staticfiles": {"BACKEND": "shop.static_files.HashedStaticFiles"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
MAX_PICTURE_PIXELS = 60_000_000
MAX_PICTURE_BYTES = 15 * 1024 * 1024

# --- mail and SMS ----------------------------------------------------------------------------
EMAIL_URL = env("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="ตลาดลอยฟ้า <talat@example.com>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SMS_PROVIDER = env("SMS_PROVIDER", default="shop.outbox.channels.FileSmsProvider")
SMS_FILE_PATH = VAR_DIR / "sms"

# --- payments ---
STRIPE_SIMULATOR_PORT = env.int("STRIPE_SIMULATOR_PORT", default=12111)
STRIPE_API_KEY = env("STRIPE_API_KEY", default="")
STRIPE_WEBHOOK_SECRET = env("STRIPE_WEBHOOK_SECRET", default="whsec_simulator")
STRIPE_SIMULATED = not STRIPE_API_KEY
STRIPE_API_BASE = f"http://127.0.0.1:{STRIPE_SIMULATOR_PORT}" if STRIPE_SIMULATED else ""
#: Who takes the money: a class as `shop.payments.provider.PaymentProvider` describes it.
PAYMENT_PROVIDER = "shop.payments.gateway.StripeProvider"
PAYMENT_MINUTES = 15
#: The provider takes no payment of less (baht); Stripe's minimum for THB.
LEAST_PAYMENT = 10
#: Days within which the office looks at money in doubt.
MONEY_CASE_DAYS = 2
#: What is called paid and missing in the provider's book is a case after these days.
MONEY_MISSING_DAYS = 1

# --- what is encrypted in the database ---
#: Fernet keys, the newest first; older ones only read (docs/adr/bank-accounts-are-encrypted.md).
#: None: a key is drawn from SECRET_KEY, for one developer's machine and for tests.
PRIVATE_KEYS: list[str] = env.list("PRIVATE_KEYS", default=[])

# --- for those who build ---
#: The page of all components with sample data (docs/design-system.md).
PATTERNS_PAGE = False

# --- rules the office may change (dated policies; sources in docs/policies.md) --------------------
ANSWER_HOURS = env.int("ANSWER_HOURS", default=48)
ANSWER_REMINDER_HOURS = env.int("ANSWER_REMINDER_HOURS", default=24)
RECEIVED_AFTER_SLOWEST_DAYS = 2
WITHDRAWAL_DAYS = 7
#: From this order total (baht) on, goods whose terms say so are paid half now, half when finished.
DEPOSIT_FROM = env.int("DEPOSIT_FROM", default=2000)
#: Days to pay the balance after it was asked for, and the days after which it is reminded of.
BALANCE_DAYS = env.int("BALANCE_DAYS", default=14)
BALANCE_REMINDER_DAYS = (3, 7)
#: A change a buyer asks for: the group answers, and the buyer its price, within so many hours;
#: either is reminded so many hours before.
CHANGE_ANSWER_HOURS = env.int("CHANGE_ANSWER_HOURS", default=48)
CHANGE_ACCEPT_HOURS = env.int("CHANGE_ACCEPT_HOURS", default=48)
CHANGE_REMINDER_HOURS = 24
#: Hours in which a buyer answers a notice of delay; silence means waiting.
DELAY_ANSWER_HOURS = env.int("DELAY_ANSWER_HOURS", default=72)
#: Hours a buyer has to take a later day, when the money came after the promised one was gone.
NEW_DATE_HOURS = env.int("NEW_DATE_HOURS", default=72)
#: Days a promise leaves the buyer for approving a proof.
PROOF_DAYS = env.int("PROOF_DAYS", default=7)
#: Days of silence about a proof until the buyer is reminded, and until the office calls.
PROOF_REMINDER_DAYS = env.int("PROOF_REMINDER_DAYS", default=7)
PROOF_OFFICE_DAYS = env.int("PROOF_OFFICE_DAYS", default=14)
#: How long a group can take back a step that it noted by mistake.
STEP_BACK_MINUTES = env.int("STEP_BACK_MINUTES", default=30)
#: Hours for which days are kept for the first on a waiting list.
WAITING_OFFER_HOURS = env.int("WAITING_OFFER_HOURS", default=24)
#: Days for each answer to a custom request, for which a quote may be good, and for paying it.
REQUEST_DAYS = env.int("REQUEST_DAYS", default=5)
QUOTE_MOST_DAYS = env.int("QUOTE_MOST_DAYS", default=30)
QUOTE_PAY_DAYS = env.int("QUOTE_PAY_DAYS", default=3)
#: The least (baht) that is paid out at a time, where a group has not chosen more or less.
PAYOUT_MINIMUM = env.int("PAYOUT_MINIMUM", default=100)
#: Hours between the confirming of a group's bank account and its first use.
BANK_ACCOUNT_REST_HOURS = env.int("BANK_ACCOUNT_REST_HOURS", default=48)
#: Who bears the provider's fee of money that goes back: "platform" or "group".
PAYMENT_FEE_ON_REFUND = env("PAYMENT_FEE_ON_REFUND", default="platform")
#: Material advance: parts a group must have been paid for, percent of its share of what is paid,
#: and the most (baht) for one part and for one group at a time.
ADVANCE_AFTER_PARTS = env.int("ADVANCE_AFTER_PARTS", default=5)
ADVANCE_PERCENT = env.int("ADVANCE_PERCENT", default=30)
ADVANCE_MOST = env.int("ADVANCE_MOST", default=5000)
ADVANCE_MOST_OPEN = env.int("ADVANCE_MOST_OPEN", default=10000)
CONSENT_WORDING = "2026-11"

# --- Wagtail ---
WAGTAIL_SITE_NAME = "ตลาดลอยฟ้า"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAIL_I18N_ENABLED = True
WAGTAILIMAGES_IMAGE_MODEL = "cms.Picture"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp", "heic"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = MAX_PICTURE_BYTES
WAGTAILIMAGES_MAX_IMAGE_PIXELS = MAX_PICTURE_PIXELS
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_WORKFLOW_ENABLED = False
WAGTAIL_USER_TIME_ZONES = ["Asia/Bangkok"]
WAGTAILADMIN_PERMITTED_LANGUAGES = [("th", "ไทย"), ("en", "English")]
WAGTAILADMIN_USER_LOGIN_FORM = "cms.forms.OfficeSignInForm"
#: One door for lost passwords, with its rate limit: the shop's own.
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_FRONTEND_LOGIN_URL = "/th/account/sign-in/"

# --- Oscar ---
OSCAR_SHOP_NAME = "ตลาดลอยฟ้า"
OSCAR_SHOP_TAGLINE = ""
OSCAR_DEFAULT_CURRENCY = "THB"
OSCAR_ALLOW_ANON_CHECKOUT = True
OSCAR_REQUIRED_ADDRESS_FIELDS = ("first_name", "line1", "postcode", "country")
OSCAR_USE_LESS = False
OSCAR_EAGER_ALERTS = False
OSCAR_MAX_BASKET_QUANTITY_THRESHOLD = 999
OSCAR_BASKET_COOKIE_LIFETIME = 60 * 60 * 24 * 30
OSCAR_DELETE_IMAGE_FILES = False
HAYSTACK_SIGNAL_PROCESSOR = "haystack.signals.BaseSignalProcessor"
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}

# --- security ---
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [
            SELF,
            *([STRIPE_API_BASE] if STRIPE_API_BASE else []),
            "https://checkout.stripe.com",
        ],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
#: Wagtail's admin needs inline styles and scripts of its own; written down in docs/adr.
OFFICE_CONTENT_SECURITY_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, "'unsafe-inline'", "'unsafe-eval'"],
    "style-src": [SELF, "'unsafe-inline'"],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF, "data:"],
    "connect-src": [SELF],
    "frame-src": [SELF],
    "frame-ancestors": [SELF],
    "form-action": [SELF],
    "base-uri": [SELF],
    "object-src": [NONE],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "celery": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},
        # One line for each page and picture that is written: the office's history has them.
        "django_tasks": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
    },
}
