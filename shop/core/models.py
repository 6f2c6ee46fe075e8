"""The people, their consents, and what was ever done to what."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes people known by an e-mail address or a Thai phone number."""

    def create_user(
        self, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        email = self.normalize_email(email).lower() if email else None
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person: buyer, group member or officer. Known by e-mail, by phone (+66…), or both."""

    email = models.EmailField(_("E-mail"), max_length=254, unique=True, null=True, blank=True)
    phone = models.CharField(_("Phone"), max_length=16, unique=True, null=True, blank=True)
    first_name = models.CharField(_("First name"), max_length=150, blank=True)
    last_name = models.CharField(_("Last name"), max_length=150, blank=True)
    language = models.CharField(
        _("Language"), max_length=5, choices=[("th", "ไทย"), ("en", "English")], default="th"
    )
    is_staff = models.BooleanField(_("Office staff"), default=False)
    is_active = models.BooleanField(_("Active"), default=True)
    is_demo = models.BooleanField(_("Demo account"), default=False)
    date_joined = models.DateTimeField(_("Joined"), default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone__isnull=False),
                name="user_has_email_or_phone",
            ),
            models.CheckConstraint(condition=~Q(email=""), name="user_email_never_blank"),
            models.CheckConstraint(condition=~Q(phone=""), name="user_phone_never_blank"),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email or self.phone or str(self.pk)

    def get_username(self) -> str:
        return self.email or self.phone or ""

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or self.get_username()


class StateChange(models.Model):
    """One step of one thing: who moved it, from what to what, when and why. Append-only."""

    about_label = models.CharField(max_length=80)
    about_id = models.BigIntegerField()
    field = models.CharField(max_length=40, default="state")
    old = models.CharField(max_length=40, blank=True)
    new = models.CharField(max_length=40)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["about_label", "about_id"], name="statechange_about")]

    def __str__(self) -> str:
        return f"{self.about_label} {self.about_id}: {self.old} → {self.new}"


class Consent(models.Model):
    """A consent a person gave or withdrew, with the wording they saw (PDPA s.19)."""

    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="consents"
    )
    contact = models.CharField(max_length=254, help_text=_("E-mail or phone of a guest"))
    purpose = models.CharField(max_length=40)
    wording_version = models.CharField(max_length=20)
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-given_at"]
        indexes = [models.Index(fields=["contact", "purpose"], name="consent_contact_purpose")]

    def __str__(self) -> str:
        return f"{self.purpose} ({self.wording_version})"


class OneTimeCode(models.Model):
    """A six-digit code sent to a phone or an e-mail; only its hash is kept."""

    contact = models.CharField(max_length=254)
    purpose = models.CharField(max_length=20)
    code_hash = models.CharField(max_length=128)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    attempts_left = models.PositiveSmallIntegerField(default=5)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["contact", "purpose"], name="otp_contact_purpose")]

    def __str__(self) -> str:
        return f"{self.purpose} code of {self.created_at:%Y-%m-%d %H:%M}"


class RateCount(models.Model):
    """How often one key knocked within one window; the database-backed rate limit."""

    key = models.CharField(max_length=200)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="rate_key_window")]

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
