"""The products the office features on the home page: one list for both languages."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel
from wagtail.models import Orderable

from catalogue.models import Product

WESTERN_YEAR = _("Day with the Western year: 2026 stands for the Thai year 2569.")


class FeaturedShelf(ClusterableModel):
    """A list of featured products with its order; the home page shows the one named `home`."""

    HOME = "home"

    name = models.SlugField(_("Name"), max_length=40, unique=True, editable=False)

    panels = [
        HelpPanel(
            _(
                "Drag to change the order. A product that is sold out, withdrawn or whose group is"
                " suspended leaves the home page by itself and returns by itself."
            )
        ),
        InlinePanel("places", heading=_("Featured products"), label=_("Product")),
    ]

    class Meta:
        verbose_name = _("shelf of featured products")
        verbose_name_plural = _("shelves of featured products")

    def __str__(self) -> str:
        return str(_("Featured on the home page"))


class FeaturedProductQuerySet(models.QuerySet["FeaturedProduct"]):
    def running(self, now: datetime) -> "FeaturedProductQuerySet":
        """Begun and not yet over."""
        return self.filter(
            Q(starts_at=None) | Q(starts_at__lte=now), Q(ends_at=None) | Q(ends_at__gt=now)
        )


class FeaturedProduct(Orderable):
    """One product's place on the shelf, with when it is shown and why.

    No `starts_at` means from now on, no `ends_at` until it is taken off.
    """

    shelf = ParentalKey(FeaturedShelf, on_delete=models.CASCADE, related_name="places")
    product = models.ForeignKey(
        Product,
        on_delete=models.CASCADE,
        related_name="featured_places",
        verbose_name=_("Product"),
    )
    starts_at = models.DateTimeField(_("Shown from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("Shown until"), null=True, blank=True)
    note = models.CharField(
        _("Note for the office"),
        max_length=200,
        blank=True,
        help_text=_("Why it is featured. Buyers do not see this."),
    )

    objects = FeaturedProductQuerySet.as_manager()

    panels = [
        FieldPanel("product"),
        FieldRowPanel(
            [FieldPanel(name, help_text=WESTERN_YEAR) for name in ("starts_at", "ends_at")]
        ),
        FieldPanel("note"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("featured product")
        verbose_name_plural = _("featured products")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="featured_ends_after_it_begins",
                violation_error_message=_("The end must be after the beginning."),
            )
        ]

    def __str__(self) -> str:
        return str(self.product)

    def is_running(self, now: datetime | None = None) -> bool:
        """Whether its time has begun and is not over."""
        moment: Any = now or timezone.now()
        begun = self.starts_at is None or self.starts_at <= moment
        return begun and (self.ends_at is None or self.ends_at > moment)
