"""Our fork of Oscar's catalogue: what is shown, by whom it is made, and its pictures."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from oscar.apps.catalogue.abstract_models import AbstractProduct
from oscar.apps.catalogue.managers import ProductQuerySet as OscarProductQuerySet

from producers.models import Certificate, Enterprise
from producers.states import EnterpriseState
from shop.core.places import Place, province

from .states import OtopType, ProductState


class ProductQuerySet(OscarProductQuerySet):
    """Reads in the shop's words. `today` is always the caller's."""

    def top_level(self) -> "ProductQuerySet":
        """What a listing shows: stand-alone and parent products, no children."""
        return self.exclude(structure=AbstractProduct.CHILD)

    def on_sale(self) -> "ProductQuerySet":
        """Published goods of groups that are open; sold-out ones among them."""
        return self.filter(state=ProductState.PUBLISHED, enterprise__state=EnterpriseState.APPROVED)

    def available(self) -> "ProductQuerySet":
        """Something of it can be ordered now: ready pieces, or made to order."""
        return self.filter(Q(ready_pieces__gt=0) | Q(takes_orders=True))

    def ordinary(self) -> "ProductQuerySet":
        """Without what was made for one buyer by a quote."""
        return self.filter(is_custom=False)

    def made_by(self, enterprise: Enterprise) -> "ProductQuerySet":
        return self.filter(enterprise=enterprise)

    def for_cards(self, today: date) -> "ProductQuerySet":
        """With all a product card shows: three statements whatever their number."""
        return self.select_related("enterprise").prefetch_related(
            Prefetch("pictures", ProductPicture.objects.select_related("picture")),
            Prefetch(
                "certificates",
                Certificate.objects.shown_on(today),
                to_attr="shown_certificates",
            ),
        )


class Product(AbstractProduct):
    """A community product, or a size or colour of one (child product).

    `title` and `description` are Thai; `price_from` (baht), `ready_pieces` and `takes_orders`
    sum up the stock records for listings and are kept by `catalogue.services.sum_up_offers`.
    `sendable_on` is the day by which its smallest order could be sent when that was last reckoned
    (`shop.production`); for filters only: what a page promises is reckoned anew. None: not known.
    """

    enterprise = models.ForeignKey(
        Enterprise, null=True, on_delete=models.PROTECT, related_name="products"
    )
    title_en = models.CharField(_("Name (English)"), max_length=255, blank=True)
    description_en = models.TextField(_("Description (English)"), blank=True)
    otop_type = models.CharField(
        _("OTOP type"), max_length=10, choices=OtopType.choices, blank=True
    )
    province_code = models.CharField(_("Province"), max_length=2, blank=True)
    unit_th = models.CharField(_("Unit (Thai)"), max_length=30, blank=True)
    unit_en = models.CharField(_("Unit (English)"), max_length=30, blank=True)
    weight_g = models.PositiveIntegerField(_("Packed weight (g)"), default=500)
    parcel_cm = models.JSONField(_("Parcel size (cm)"), default=list, blank=True)
    chilled = models.BooleanField(_("Must stay chilled"), default=False)
    facts = models.JSONField(_("Facts"), default=dict, blank=True)
    state = models.CharField(
        max_length=10, choices=ProductState.choices, default=ProductState.DRAFT
    )
    for_buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_custom = models.BooleanField(default=False)
    sort_key = models.CharField(max_length=400, blank=True)
    price_from = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    ready_pieces = models.PositiveIntegerField(default=0)
    takes_orders = models.BooleanField(default=False)
    first_lead_days = models.PositiveSmallIntegerField(null=True, blank=True)
    sendable_on = models.DateField(null=True, blank=True)
    certificates: Any = models.ManyToManyField(
        Certificate, through="ProductCertificate", related_name="products", blank=True
    )

    objects = ProductQuerySet.as_manager()

    class Meta(AbstractProduct.Meta):
        abstract = False
        ordering = ["sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=~Q(structure=AbstractProduct.CHILD),
                name="product_slug_unique_on_top",
            ),
            models.CheckConstraint(
                condition=Q(enterprise__isnull=False) | ~Q(state="published"),
                name="product_on_sale_has_maker",
            ),
            models.CheckConstraint(
                condition=Q(is_custom=False)
                | Q(state__in=["private", "withdrawn", "blocked", "draft"]),
                name="product_made_for_one_never_shown",
            ),
        ]
        indexes = [
            # Listings count and sort without opening the rows with their long texts.
            models.Index(
                fields=[
                    "state", "otop_type", "structure", "enterprise", "province_code",
                    "price_from", "ready_pieces", "takes_orders", "sendable_on", "sort_key",
                ],
                name="product_listed",
            ),
            models.Index(
                fields=["state", "province_code", "sort_key", "id"], name="product_of_province"
            ),
            models.Index(fields=["enterprise", "state", "sort_key", "id"], name="product_of_group"),
            models.Index(fields=["state", "price_from"], name="product_price"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the moment; Thai where there is no English one."""
        return (self.title_en if get_language() == "en" else "") or self.title

    @property
    def text(self) -> str:
        return (self.description_en if get_language() == "en" else "") or self.description

    @property
    def unit(self) -> str:
        return (self.unit_en if get_language() == "en" else "") or self.unit_th

    @property
    def province(self) -> Place:
        return province(self.province_code)

    @property
    def top(self) -> "Product":
        """The product with the page and the questions: of a size or colour, its parent."""
        return self.parent if self.is_child else self

    @property
    def is_published(self) -> bool:
        return self.state == ProductState.PUBLISHED

    def can_be_bought_by(self, user_id: int | None) -> bool:
        """On sale for everybody, or made for this very person."""
        if self.state == ProductState.PRIVATE:
            return user_id is not None and self.for_buyer_id == user_id
        return self.is_published

    @property
    def is_for_sale(self) -> bool:
        """For somebody; who may put it into a basket was asked there."""
        return self.state in (ProductState.PUBLISHED, ProductState.PRIVATE)

    def fact(self, name: str) -> str:
        """One fact of the product (materials, care, ingredients …) in the reader's language."""
        language = "en" if get_language() == "en" else "th"
        return self.facts.get(f"{name}_{language}") or self.facts.get(f"{name}_th") or ""

    def get_absolute_url(self) -> str:
        if self.is_custom:
            return reverse("shopfront:made_for_one", args=[self.pk])
        owner = self.parent if self.is_child else self
        return reverse("shopfront:product", args=[owner.slug])


class ProductCertificate(models.Model):
    """This certificate covers this product."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE)
    certificate = models.ForeignKey(Certificate, on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "certificate"], name="certificate_covers_product_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.certificate} · {self.product}"


class ProductPicture(models.Model):
    """One picture of a product, in order; the first one is on the card."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="pictures")
    picture = models.ForeignKey("cms.Picture", on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    alt_th = models.CharField(_("What it shows (Thai)"), max_length=200, blank=True)
    alt_en = models.CharField(_("What it shows (English)"), max_length=200, blank=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.product} {self.position}"

    @property
    def alt(self) -> str:
        return (self.alt_en if get_language() == "en" else "") or self.alt_th


from .asking.models import AnswerPhoto, Question  # noqa: E402,F401
from .searching.models import SearchEntry, SearchPosting, SearchWord  # noqa: E402,F401

from oscar.apps.catalogue.models import *  # noqa: E402,F403  # isort: skip
from oscar.apps.catalogue.models import ProductClass  # noqa: E402,F401  # isort: skip
