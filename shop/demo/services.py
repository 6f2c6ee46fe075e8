"""Opening the demo market: everything in the data files becomes rows, and stays one row each."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from catalogue.searching import reindex
from producers.models import Enterprise
from shop.core.models import User
from shop.production.services import sum_up_all

from .accounts import OFFICERS, hashed_passwords, load_accounts
from .changes import load_changes
from .clusters import load_cluster
from .delivery import load_delivery
from .goods import load_goods
from .groups import load_groups
from .market import Row, read_accounts, read_market, read_rates
from .orders import load_orders
from .pages import load_pages
from .proofs import load_proofs
from .talks import People, load_talks
from .wishes import load_questions, load_wishes
from .workshops import load_workshops

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many of each the demo market has now."""

    groups: int
    products: int
    certificates: int
    stories: int
    indexed: int


def load_demo(*, say: Say = lambda line: None) -> Loaded:
    """Load the demo market, or bring it up to date with its data.

    Loading again changes texts, prices and terms to what the files say and doubles nothing;
    orders, stock, and what the office or a group has decided stay as they are. `say` is told
    one line per step.
    """
    market, today = read_market(), timezone.localdate()
    accounts = read_accounts()
    passwords = hashed_passwords(accounts)
    with transaction.atomic():
        rates = load_delivery(read_rates())
        say(f"delivery: {rates} rates")
        enterprises = load_groups(market.groups)
        say(f"groups: {len(enterprises)}")
        users = load_accounts(accounts, passwords, enterprises)
        say(f"accounts: {len(users)}")
        groups = {row["slug"]: row for row in market.groups}
        products = load_goods(market.products, groups, enterprises)
        say(f"products: {len(products)}")
        workshops = load_workshops(market.products, enterprises, today=today)
        say(f"workshops: {workshops}")
        officers = (users[OFFICERS[0]], users[OFFICERS[1]])
        certificates = load_proofs(market.products, products, officers, today)
        say(f"certificates: {certificates}")
        stories = load_pages(market, enterprises, products, users)
        say(f"pages: {stories} stories")
    indexed = reindex()
    say(f"search: {indexed} products")
    leaders = _leaders(accounts, users, enterprises)
    orders = load_orders(users["buyer"], leaders, officers[0])
    say(f"orders: {orders} new")
    changes = load_changes(users["buyer"], leaders, officers[0])
    say(f"changes: {changes} new")
    shared = load_cluster(enterprises, leaders, users["buyer"], officers[0], today=today)
    say(f"clusters: {shared} new")
    questions = load_questions()
    wishes = load_wishes(enterprises, users["buyer"], leaders)
    say(f"questions: {questions}, requests: {wishes} new")
    sum_up_all(today=today)
    talks = load_talks(People(users["buyer"], leaders, officers[0]))
    say(f"talks: {talks} new")
    return Loaded(len(enterprises), len(products), certificates, stories, indexed)


def _leaders(
    accounts: list[Row], users: dict[str, User], enterprises: dict[str, Enterprise]
) -> dict[int, User]:
    return {enterprises[row["group"]].pk: users[row["key"]] for row in accounts if "group" in row}
