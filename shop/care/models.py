"""Talks between a buyer and a group, their photos, saved replies, and reviews."""

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Avg, Count, Exists, OuterRef, Q, Subquery, Sum
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from catalogue.models import Product
from producers.models import Enterprise
from shop.fulfilment.models import CustomRequest, Fulfilment
from shop.oscar.order.models import Line

from .states import ReviewState, Side, TalkState

#: Letters of a custom request that name it in a list.
FIRST_WORDS = 60


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def for_update(self) -> "ConversationQuerySet":
        return self.select_for_update(of=("self",))

    def of_buyer(self, user: Any) -> "ConversationQuerySet":
        return self.filter(buyer=user)

    def of_member(self, user: Any) -> "ConversationQuerySet":
        """Only the talks of groups this person belongs to now."""
        return self.filter(
            enterprise__memberships__user=user, enterprise__memberships__left_at=None
        )

    def reported(self) -> "ConversationQuerySet":
        """The only ones that the office may read."""
        return self.filter(state=TalkState.REPORTED)

    def unread_by(self, side: str) -> "ConversationQuerySet":
        """Annotate `is_unread`: whether the other side has written something not yet seen."""
        return self.annotate(is_unread=Exists(_unread(side)))

    def waiting_for(self, side: str) -> "ConversationQuerySet":
        return self.filter(Exists(_unread(side)))

    def with_about(self) -> "ConversationQuerySet":
        return self.select_related("enterprise", "product", "fulfilment__order", "request", "buyer")


def _unread(side: str) -> Any:
    return TalkMessage.objects.filter(conversation=OuterRef("pk"), read_at=None).exclude(side=side)


class Conversation(models.Model):
    """What one buyer and one group say about one product, one request or one part of an order.

    The buyer is a person with an account; `buyer` is empty where a guest writes by the signed link
    of the order. The office may read it while a problem is reported, at no other time.
    """

    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="conversations"
    )
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="conversations",
    )
    product = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.CASCADE, related_name="conversations"
    )
    fulfilment = models.OneToOneField(
        Fulfilment, null=True, blank=True, on_delete=models.CASCADE, related_name="conversation"
    )
    #: Something special that the buyer asks for, with its quotes.
    request = models.OneToOneField(
        CustomRequest, null=True, blank=True, on_delete=models.CASCADE, related_name="conversation"
    )
    state = models.CharField(max_length=10, choices=TalkState.choices, default=TalkState.PRIVATE)
    begun_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    #: When a side was last told of something it has not read; empty once it has read.
    buyer_told_at = models.DateTimeField(null=True, blank=True)
    group_told_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    reported_side = models.CharField(max_length=6, choices=Side.choices, blank=True)
    report = models.TextField(blank=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("talk with a problem")
        verbose_name_plural = _("talks with a problem")
        ordering = ["-last_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(product=None, fulfilment__isnull=False, request=None)
                | Q(product__isnull=False, fulfilment=None, request=None)
                | Q(product=None, fulfilment=None, request__isnull=False),
                name="talk_about_one_thing",
            ),
            models.UniqueConstraint(
                fields=["buyer", "product"],
                condition=Q(product__isnull=False),
                name="talk_once_per_buyer_and_product",
            ),
            models.CheckConstraint(
                condition=~Q(state="reported") | Q(reported_at__isnull=False),
                name="talk_reported_with_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "-last_at"], name="talk_of_group"),
            models.Index(fields=["buyer", "-last_at"], name="talk_of_buyer"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} · {self.about}"

    @property
    def about(self) -> str:
        """The product's name, the first words of the request, or the order's number."""
        if self.product is not None:
            return self.product.name
        if self.request is not None:
            return Truncator(self.request.words).chars(FIRST_WORDS)
        return self.fulfilment.order.number if self.fulfilment is not None else ""

    @property
    def is_reported(self) -> bool:
        return self.state == TalkState.REPORTED

    @property
    def buyer_name(self) -> str:
        """What the group calls the buyer: the name on the order, or the first name."""
        if self.fulfilment is not None:
            return self.fulfilment.order.contact_name
        return self.buyer.first_name if self.buyer is not None else ""


def talk_about(request: CustomRequest, side: str) -> Conversation | None:
    """What is said about a custom request, and whether this side has something new in it."""
    return Conversation.objects.filter(request=request).unread_by(side).first()


class TalkMessage(models.Model):
    """What one side wrote at one time. `token` is the form's own, so that two taps write once.

    `warned_of` are the kinds of contact data that were pointed out before it was sent anyway.
    """

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages"
    )
    side = models.CharField(max_length=6, choices=Side.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(blank=True)
    token = models.UUIDField(default=uuid4)
    warned_of = models.JSONField(default=list, blank=True)
    sent_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["sent_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "side", "token"], name="talk_message_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["conversation", "side"],
                name="talk_message_unread",
                condition=Q(read_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()} {self.sent_at:%Y-%m-%d %H:%M}"


def private_files() -> Storage:
    """Files that only pages give out, after asking who looks."""
    return storages["private"]


class TalkPhoto(models.Model):
    """A photo in a message: kept where no address leads to it, given out by a page only.

    Before it is sent it belongs to its form (`draft`), so that a form shown again loses nothing.
    """

    message = models.ForeignKey(
        TalkMessage, null=True, blank=True, on_delete=models.CASCADE, related_name="photos"
    )
    draft = models.UUIDField(db_index=True)
    file = models.FileField(storage=private_files, upload_to="talks/")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["kept_at"], name="talk_photo_draft", condition=Q(message=None))
        ]

    def __str__(self) -> str:
        return str(self.file.name)


class SavedReply(models.Model):
    """Words a group uses again and again."""

    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.CASCADE, related_name="saved_replies"
    )
    title = models.CharField(_("Called"), max_length=60)
    text = models.TextField(_("Words"))

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "title"], name="saved_reply_title_once")
        ]

    def __str__(self) -> str:
        return self.title


class ReviewQuerySet(models.QuerySet["Review"]):
    def published(self) -> "ReviewQuerySet":
        return self.filter(state=ReviewState.PUBLISHED)

    def of_product(self, product_id: int) -> "ReviewQuerySet":
        return self.filter(product=product_id)

    def unanswered(self) -> "ReviewQuerySet":
        return self.published().filter(answered_at=None)

    def with_photos(self) -> "ReviewQuerySet":
        return self.prefetch_related(_photos())

    def in_numbers(self) -> tuple[int, float]:
        """How many there are, and the average of their stars (0 where there are none)."""
        sums = self.order_by().aggregate(count=Count("pk"), average=Avg("stars"))
        return sums["count"], float(sums["average"] or 0)

    def with_photos_where_any(self) -> list["Review"]:
        """The same in one statement more only where there are photos."""
        rows: list[Any] = list(
            self.annotate(has_photos=Exists(ReviewPhoto.objects.filter(review=OuterRef("pk"))))
        )
        bare = [row for row in rows if not row.has_photos]
        models.prefetch_related_objects([row for row in rows if row.has_photos], _photos())
        for row in bare:
            row._prefetched_objects_cache = {"photos": ReviewPhoto.objects.none()}
        return rows


def _photos() -> Any:
    return models.Prefetch("photos", ReviewPhoto.objects.select_related("picture"))


def review_sums() -> dict[str, Any]:
    """To annotate products with: `review_count` and `review_stars`, the sum of the stars."""
    theirs = Review.objects.published().filter(product=OuterRef("pk")).order_by()
    by_product = theirs.values("product")
    return {
        "review_count": Subquery(by_product.annotate(n=Count("pk")).values("n")),
        "review_stars": Subquery(by_product.annotate(n=Sum("stars")).values("n")),
    }


class Review(models.Model):
    """What the buyer of a product thinks of it once it has arrived; read by the office first."""

    fulfilment = models.ForeignKey(Fulfilment, on_delete=models.PROTECT, related_name="reviews")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="reviews")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="talat_reviews")
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    shown_name = models.CharField(_("Name shown"), max_length=60, blank=True)
    stars = models.PositiveSmallIntegerField(_("Stars"))
    text = models.TextField(_("Words"), blank=True)
    state = models.CharField(
        max_length=10, choices=ReviewState.choices, default=ReviewState.SUBMITTED
    )
    submitted_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    answer = models.TextField(_("Answer of the group"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["fulfilment", "product"], name="review_once_per_bought_product"
            ),
            models.CheckConstraint(
                condition=Q(stars__gte=1, stars__lte=5), name="review_has_one_to_five_stars"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="review_published_with_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["product", "-published_at"],
                name="review_of_product",
                condition=Q(state="published"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.product} · {'★' * self.stars}"


class ReviewPhoto(models.Model):
    """A photo in a review. Before that it belongs to its form, like a message's."""

    review = models.ForeignKey(
        Review, null=True, blank=True, on_delete=models.CASCADE, related_name="photos"
    )
    draft = models.UUIDField(db_index=True)
    picture = models.ForeignKey("cms.Picture", on_delete=models.CASCADE, related_name="+")
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.picture_id)


def drafts_of(token: UUID) -> models.QuerySet[TalkPhoto]:
    """Photos that wait for their message."""
    return TalkPhoto.objects.filter(draft=token, message=None)


def review_drafts_of(token: UUID) -> models.QuerySet[ReviewPhoto]:
    return ReviewPhoto.objects.filter(draft=token, review=None).select_related("picture")
