"""Alone on one machine: embedded database, files for mail, the payment simulator."""

from .base import *
from .base import env

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="only-for-a-machine-of-one-developer")
STRIPE_API_KEY = env("STRIPE_API_KEY", default="") or "sk_test_simulator"
PATTERNS_PAGE = True
