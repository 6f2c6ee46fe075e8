"""The real shop: PostgreSQL, Redis, Stripe, TLS in front. Everything secret comes from outside."""

from .base import *
from .base import env

SECRET_KEY = env("SECRET_KEY")
PRIVATE_KEYS = env.list("PRIVATE_KEYS")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
SITE_URL = env("SITE_URL")
STRIPE_API_KEY = env("STRIPE_API_KEY")
STRIPE_WEBHOOK_SECRET = env("STRIPE_WEBHOOK_SECRET")
STRIPE_SIMULATED = False
SERVE_MEDIA = env.bool("SERVE_MEDIA", default=False)
STRIPE_API_BASE = ""
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
PROXIES = env.int("PROXIES", default=1)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
OSCAR_BASKET_COOKIE_SECURE = True
