"""Our fork of Oscar's basket."""

from oscar.apps.basket.models import *  # noqa: F403
