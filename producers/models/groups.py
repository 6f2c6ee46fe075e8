"""Producing groups and the people in them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shop.core.places import Place, TambonAddress, province, tambon_address
from shop.core.positions import LATITUDES, LONGITUDES, Position, about_position

from ..states import ClusterState, EnterpriseState, Role


class EnterpriseQuerySet(models.QuerySet["Enterprise"]):
    def open(self) -> "EnterpriseQuerySet":
        """Groups whose goods may be shown and sold."""
        return self.filter(state=EnterpriseState.APPROVED)

    def of_member(self, user: Any) -> "EnterpriseQuerySet":
        return self.filter(memberships__user=user, memberships__left_at=None)


class Enterprise(models.Model):
    """A producing group (วิสาหกิจชุมชน): who makes the goods and sells them."""

    slug = models.SlugField(_("Slug"), max_length=80, unique=True)
    name_th = models.CharField(_("Name (Thai)"), max_length=160)
    name_en = models.CharField(_("Name (English)"), max_length=160, blank=True)
    tambon_code = models.CharField(_("Tambon"), max_length=6)
    province_code = models.CharField(_("Province"), max_length=2, db_index=True)
    about_th = models.TextField(_("About the group (Thai)"), blank=True)
    about_en = models.TextField(_("About the group (English)"), blank=True)
    latitude = models.DecimalField(
        _("Latitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("Longitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    member_count = models.PositiveSmallIntegerField(_("Number of makers"), default=1)
    registration_number = models.CharField(_("Registration number"), max_length=20, blank=True)
    phone = models.CharField(_("Phone"), max_length=16, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    works_on = models.JSONField(_("Working days (1 = Monday)"), default=list)
    picture = models.ForeignKey(
        "cms.Picture", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(
        max_length=12, choices=EnterpriseState.choices, default=EnterpriseState.APPLIED
    )
    is_demo = models.BooleanField(_("Demo group"), default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        ordering = ["name_th"]
        verbose_name = _("producer group")
        verbose_name_plural = _("producer groups")
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=LATITUDES,
                    longitude__range=LONGITUDES,
                ),
                name="enterprise_lies_in_thailand",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the moment; Thai where there is no English one."""
        return (self.name_en if get_language() == "en" else "") or self.name_th

    @property
    def about(self) -> str:
        return (self.about_en if get_language() == "en" else "") or self.about_th

    @property
    def is_open(self) -> bool:
        return self.state == EnterpriseState.APPROVED

    @property
    def shares_large_orders(self) -> bool:
        """Whether it leads neighbours that make large orders together; one statement."""
        return self.leads_clusters.filter(state=ClusterState.OPEN).exists()

    @property
    def province(self) -> Place:
        return province(self.province_code)

    @property
    def place(self) -> TambonAddress:
        return tambon_address(self.tambon_code)

    @property
    def position(self) -> Position:
        """Where the group has said it is; else about where its tambon lies."""
        if self.latitude is None or self.longitude is None:
            return about_position(self.tambon_code)
        return Position(self.latitude, self.longitude)


class Membership(models.Model):
    """One person in one group, with a role."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.MEMBER)
    tell_by_email = models.BooleanField(_("Tell me by e-mail"), default=True)
    tell_by_sms = models.BooleanField(_("Tell me by SMS"), default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "user"],
                condition=Q(left_at=None),
                name="membership_once_per_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.enterprise}"
