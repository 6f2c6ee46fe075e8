"""Our fork of Oscar's basket."""

from oscar.apps.basket.models import *  # noqa: F403
from oscar.apps.basket.models import Basket, Line  # noqa: F401  # by name, for readers and mypy
