"""Our fork of Oscar's customer app; people themselves are `shop.core.models.User`."""

from oscar.apps.customer.models import *  # noqa: F403
