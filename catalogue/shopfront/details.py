"""All that one product page tells, gathered in a handful of statements."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogue.asking.models import Question
from catalogue.asking.services import questions_of
from catalogue.models import Product, ProductQuerySet
from cms.curation import fill_cards
from cms.models import StoryPage
from cms.pictures import address_of
from producers.models import Certificate, Cluster, Enterprise
from shop.care.models import review_sums
from shop.core.money import ZERO
from shop.core.places import REGIONS, provinces, region_of
from shop.fulfilment.cancelling import OF_READY, WITHOUT_LADDER, Terms, in_one_sentence
from shop.oscar.partner.models import StockRecord
from shop.production.promising import (
    card_promises,
    promise,
    read_calendars,
    terms_for_cards,
    terms_of,
)
from shop.production.states import LADDER_STEPS, PaymentPlan

from .groups import story_of

MORE = 4  # products on each shelf below
LARGEST = 1600  # pixels wide, for looking closely
FEW_LEFT = 3  # pieces, from which on a buyer should know

#: What is told about a product, in order; each is shown only where the group has said it.
FACTS = {
    "materials": _("Materials"),
    "ingredients": _("Ingredients"),
    "allergens": _("Allergens"),
    "net_weight": _("Net weight"),
    "storage": _("Storage"),
    "shelf": _("Keeps for"),
    "care": _("Care"),
}


@dataclass(frozen=True)
class Selling:
    """One thing that can be put into the basket: the product itself or a child of it."""

    product: Product
    stockrecord: StockRecord
    promised_on: date | None
    starts_on: date | None = None

    @property
    def cancelling(self) -> Terms:
        """The rule for the smallest order, in one sentence."""
        made_here = terms_of(self.stockrecord)
        if not self.made_to_order:
            return in_one_sentence([(OF_READY, ZERO, None)])
        steps = LADDER_STEPS[made_here.ladder] if made_here else WITHOUT_LADDER
        price = (self.price or ZERO) * max(self.least, 1)
        return in_one_sentence([(steps, price, self.starts_on)])

    @property
    def is_on_deposit(self) -> bool:
        """Half is paid when it is finished, where the whole order is large enough."""
        made_here = terms_of(self.stockrecord) if self.made_to_order else None
        return made_here is not None and made_here.payment_plan == PaymentPlan.DEPOSIT

    @property
    def can_be_bought(self) -> bool:
        return can_be_bought(self.stockrecord)

    @property
    def made_to_order(self) -> bool:
        return self.stockrecord.is_made_to_order

    @property
    def is_full(self) -> bool:
        """Not even the smallest order can be promised; one may wait for it."""
        return self.can_be_bought and self.promised_on is None

    @property
    def price(self) -> Decimal:
        return self.stockrecord.price

    @property
    def least(self) -> int:
        """Pieces; groups may make no fewer."""
        return self.stockrecord.min_quantity

    @property
    def most(self) -> int:
        return self.stockrecord.most_per_order

    @property
    def pieces_left(self) -> int | None:
        """Ready pieces where there are few, so that nobody is surprised; otherwise nothing."""
        left = None if self.made_to_order else self.stockrecord.free_pieces
        return left if left is not None and 0 < left <= FEW_LEFT else None


@dataclass
class Shelves:
    """Other products a reader may want: of this group, from nearby, of this kind."""

    of_group: list[Product] = field(default_factory=list)
    nearby: list[Product] = field(default_factory=list)
    of_type: list[Product] = field(default_factory=list)


@dataclass
class ProductDetails:
    """What the product page shows."""

    product: Product
    sellings: list[Selling]
    shelves: Shelves
    story: StoryPage | None
    questions: list[Question]

    @property
    def enterprise(self) -> Enterprise:
        assert self.product.enterprise is not None  # goods on sale have a maker (constraint)
        return self.product.enterprise

    @property
    def certificates(self) -> list[Certificate]:
        return self.product.shown_certificates

    @property
    def pictures(self) -> list[Any]:
        return list(self.product.pictures.all())

    @property
    def slides(self) -> list[tuple[Any, str]]:
        """Each picture with the address of its largest size."""
        return [(picture, address_of(picture, width=LARGEST)) for picture in self.pictures]

    @property
    def illustrated(self) -> bool:
        """Whether any picture is drawn, so that nobody takes it for a photo."""
        return any(picture.picture.is_illustration for picture in self.pictures)

    @property
    def chosen(self) -> Selling | None:
        """What is chosen at first: the first that can be bought."""
        return next((selling for selling in self.sellings if selling.can_be_bought), None)

    @property
    def waited_for(self) -> list[Selling]:
        """What is made in a workshop, so that one may wait for it; the full ones first."""
        made = [each for each in self.buyable if terms_of(each.stockrecord)]
        return sorted(made, key=lambda each: not each.is_full)

    @property
    def shares_large_orders(self) -> bool:
        """Made to order by a group that leads neighbours who make large orders together."""
        return self.product.leads and self.ways != "stock"

    @property
    def cancelling(self) -> list[tuple[list[str], Terms]]:
        """Each rule once, with the names of what it is for; no names where one is for all."""
        rules: dict[Terms, list[str]] = {}
        for each in self.buyable:
            rules.setdefault(each.cancelling, []).append(each.product.name)
        return [(names if len(rules) > 1 else [], rule) for rule, names in rules.items()]

    @property
    def has_deposit(self) -> bool:
        return any(each.is_on_deposit for each in self.buyable)

    @property
    def has_choices(self) -> bool:
        return bool(self.sellings) and self.sellings[0].product.is_child

    @property
    def ways(self) -> str:
        """How what can be chosen is sold: "stock", "made_to_order" or "mixed"."""
        kinds = {selling.stockrecord.sells for selling in self.buyable or self.sellings}
        return kinds.pop() if len(kinds) == 1 else "mixed"

    @property
    def season(self) -> str:
        """What the group says of its seasons, where something is made to order."""
        return self.product.fact("lead_note") if self.ways != "stock" else ""

    @property
    def prices_differ(self) -> bool:
        return len({selling.price for selling in self.buyable}) > 1

    @property
    def buyable(self) -> list[Selling]:
        return [selling for selling in self.sellings if selling.can_be_bought]

    @property
    def facts(self) -> list[tuple[Any, str]]:
        """Label and words of what the group tells about it."""
        told = [(label, self.product.fact(name)) for name, label in FACTS.items()]
        return [(label, words) for label, words in told if words]


def can_be_bought(record: StockRecord) -> bool:
    return record.price is not None and record.most_per_order >= max(record.min_quantity, 1)


def find_product(slug: str) -> ProductQuerySet:
    return Product.objects.top_level().on_sale().filter(slug=slug)


def product_details(slug: str, *, now: datetime, language: str) -> ProductDetails | None:
    """What the product page shows, or None where there is no such product on sale."""
    asks = Exists(Question.objects.filter(product=OuterRef("pk")))
    leads = Exists(Cluster.objects.open().filter(lead=OuterRef("enterprise")))
    products = find_product(slug).annotate(**review_sums(), asks=asks, leads=leads)
    product = products.select_related("enterprise__picture").first()
    if product is None:
        return None
    records = _records(product)
    sold_out = not any(can_be_bought(record) for record in records)
    others = _others(product, sold_out=sold_out)
    sellings, promises = _promised(records, others, now)
    fill_cards([product, *others], now=now, promises=promises)
    shelves = _shelves(product, others, sold_out=sold_out)
    # Most products ask nothing: then this costs no statement.
    questions = questions_of([product])[product.pk] if product.asks and sellings else []
    story = story_of(product.enterprise_id, language)
    return ProductDetails(product, sellings, shelves, story, questions)


def _records(product: Product) -> list[StockRecord]:
    """Each child that is on sale, or else the product itself; one statement."""
    sold = Product.objects.filter(Q(pk=product.pk) | Q(parent=product.pk)).order_by()
    records = (
        StockRecord.objects.filter(product__in=sold.values("pk"), price__isnull=False)
        .select_related("product", "partner", "making__workshop")
        .order_by("product_id", "pk")
    )
    by_product: dict[int, StockRecord] = {}
    for record in records:
        record.partner.enterprise = product.enterprise  # it is its own, no need to ask again
        if record.product.state == product.state:
            by_product.setdefault(record.product_id, record)
    children = {pk: record for pk, record in by_product.items() if pk != product.pk}
    return list((children or by_product).values())


def _promised(
    records: list[StockRecord], others: list[Product], now: datetime
) -> tuple[list[Selling], dict[int, date]]:
    """When the smallest order of each can be sent, and the cards' days; two statements at most."""
    moment = timezone.localtime(now)
    today, hour = moment.date(), moment.hour
    card_terms = terms_for_cards(others)
    own_terms = [found for record in records if (found := terms_of(record))]
    workshops = [terms.workshop for terms in (*own_terms, *card_terms)]
    calendars = read_calendars(workshops, today)
    sellings = []
    for record in records:
        day = begins = None
        if can_be_bought(record):
            least = max(record.min_quantity, 1)
            promised = promise(record, least, today, calendars, hour=hour)
            if promised:
                day, begins = promised.promised_on, promised.starts_on
        sellings.append(Selling(record.product, record, day, begins))
    return sellings, card_promises(others, card_terms, calendars, today, hour=hour)


def _others(product: Product, *, sold_out: bool) -> list[Product]:
    """What may stand on the shelves below, in order of name; one statement."""
    others = Product.objects.top_level().on_sale().exclude(pk=product.pk)
    elsewhere = others.exclude(enterprise=product.enterprise_id).available()
    kinds = [
        others.filter(enterprise=product.enterprise_id),
        elsewhere.filter(province_code=product.province_code),
        elsewhere.filter(province_code__in=_region(product.province_code)),
    ]
    if sold_out:
        kinds.append(elsewhere.filter(otop_type=product.otop_type))
    wanted = Q()
    for queryset in kinds:
        wanted |= Q(pk__in=queryset.order_by("sort_key", "pk").values("pk")[:MORE])
    cards = Product.objects.filter(wanted).select_related("enterprise")
    return list(cards.order_by("sort_key", "pk"))


def _shelves(product: Product, others: list[Product], *, sold_out: bool) -> Shelves:
    """The shelves: of the same group, of the same kind if it is sold out, from nearby."""
    foreign = [other for other in others if other.enterprise_id != product.enterprise_id]
    alike = [o for o in foreign if sold_out and o.otop_type == product.otop_type][:MORE]
    around = {product.province_code, *_region(product.province_code)}
    near = [o for o in foreign if o.province_code in around and o not in alike]
    near.sort(key=lambda other: other.province_code != product.province_code)
    return Shelves(
        of_group=[other for other in others if other not in foreign][:MORE],
        of_type=alike,
        nearby=near[:MORE],
    )


def _region(province_code: str) -> list[str]:
    """The provinces around this one."""
    return REGIONS[region_of(province_code)].split() if province_code in provinces() else []
