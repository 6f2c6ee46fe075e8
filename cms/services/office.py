"""The office's people and what they may do."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q
from wagtail.images.models import Image
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission
from wagtail.users.models import UserProfile

from cms.models import HomePage
from shop.core.models import User

OFFICE = "Office"
#: What an officer may do in the Wagtail admin, and nothing else: no people, no settings.
#: Prices belong to the groups: `change_product` publishes, returns and blocks, there is no form.
MAY = {
    "wagtailadmin": ("access_admin",),
    "simple_translation": ("submit_translation",),
    "producers": (
        "view_cluster",
        "add_cluster",
        "change_cluster",
        "view_enterprise",
        "add_enterprise",
        "change_enterprise",
        "view_certificate",
        "add_certificate",
        "change_certificate",
    ),
    "catalogue": ("view_product", "change_product"),
    "order": ("view_order",),
    "payments": ("view_refund", "change_refund", "view_paymentcase", "change_paymentcase"),
    # Talks can only be seen while a problem is reported; reviews are read before all others.
    "care": ("view_conversation", "change_conversation", "view_review", "change_review"),
    "fulfilment": (
        "view_fulfilment",
        "change_fulfilment",
        "view_carrier",
        "add_carrier",
        "change_carrier",
        "view_deliverymethod",
        "add_deliverymethod",
        "change_deliverymethod",
        "view_deliveryrate",
        "add_deliveryrate",
        "change_deliveryrate",
        "delete_deliveryrate",
        "view_remoteplace",
        "add_remoteplace",
        "change_remoteplace",
        "delete_remoteplace",
    ),
    "production": (
        "view_clusterorder",
        "view_workshop",
        "view_publicholiday",
        "add_publicholiday",
        "change_publicholiday",
        "delete_publicholiday",
    ),
    "cms": ("view_featuredshelf", "change_featuredshelf"),
}
ON_PAGES = ("add_page", "change_page", "publish_page", "lock_page", "unlock_page")
ON_PICTURES = ("add_image", "change_image", "choose_image", "delete_image")


@transaction.atomic
def ensure_office() -> Group:
    """The group of officers with exactly the rights above."""
    office, _ = Group.objects.get_or_create(name=OFFICE)
    office.permissions.set(_permissions())
    collection = Collection.get_first_root_node()
    for permission in _named("wagtailimages", ON_PICTURES).filter(
        content_type__model=Image._meta.model_name
    ):
        GroupCollectionPermission.objects.get_or_create(
            group=office, collection=collection, permission=permission
        )
    for home in HomePage.objects.all():
        for permission in _named("wagtailcore", ON_PAGES):
            GroupPagePermission.objects.get_or_create(
                group=office, page=home.page_ptr, permission=permission
            )
    return office


@transaction.atomic
def add_officer(user: User) -> User:
    """Make a person an officer; the office speaks the person's own language."""
    user.groups.add(ensure_office())
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    profile = UserProfile.get_for_user(user)
    profile.preferred_language = user.language
    profile.save()
    return user


def _permissions() -> Iterable[Any]:
    wanted = Q()
    for app, codenames in MAY.items():
        wanted |= Q(content_type__app_label=app, codename__in=codenames)
    return Permission.objects.filter(wanted)


def _named(app: str, codenames: Iterable[str]) -> Any:
    return Permission.objects.filter(content_type__app_label=app, codename__in=codenames)
