"""Loading the demo market: once, again, and after its data has changed."""

import copy
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalogue.models import Product, ProductCertificate
from catalogue.searching import search_products
from catalogue.states import ProductState
from cms.models import FeaturedProduct, StoryPage
from producers.models import Certificate, Enterprise, Membership
from producers.states import CertificateState, EnterpriseState
from producers.workspace.clusters import cluster_tasks
from shop.core.models import User
from shop.core.places import tambon_address
from shop.demo import market as data
from shop.demo import services
from shop.demo.accounts import AddressTaken
from shop.demo.market import Market, read_accounts, read_market
from shop.demo.proofs import EXPIRING_DAYS
from shop.demo.services import load_demo
from shop.fulfilment.models import (
    Carrier,
    CustomRequest,
    DelayNotice,
    DeliveryRate,
    Fulfilment,
    Proof,
    RemotePlace,
)
from shop.oscar.address.models import UserAddress
from shop.oscar.order.models import Order
from shop.oscar.partner.models import Partner, StockRecord
from shop.outbox.models import Message
from shop.payments.models import PaymentAttempt
from shop.production.models import ClusterOrder, Job
from shop.production.services.clusters import lapse_due_parts

pytestmark = pytest.mark.django_db

COUNTED = (
    Enterprise, Partner, Product, StockRecord, Certificate, ProductCertificate, User, Membership,
    UserAddress, Carrier, DeliveryRate, RemotePlace, Order, Fulfilment, PaymentAttempt, StoryPage,
    FeaturedProduct, Message,
)  # fmt: skip


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in COUNTED}


@pytest.fixture
def loaded() -> services.Loaded:
    return load_demo()


def test_loading_twice_equals_loading_once(loaded):
    once = counts()
    ids = set(Product.objects.values_list("pk", "upc"))

    load_demo()

    assert counts() == once
    assert set(Product.objects.values_list("pk", "upc")) == ids
    assert loaded.products == 102
    assert loaded.groups >= 50
    assert loaded.indexed == 102
    assert once["StoryPage"] == 2 * loaded.stories


def test_every_product_is_on_sale_in_its_groups_own_province(loaded):
    tops = Product.objects.top_level().select_related("enterprise")

    assert tops.on_sale().count() == 102
    for product in tops:
        assert product.province_code == product.enterprise.province_code
        assert tambon_address(product.enterprise.tambon_code).province.code == product.province_code
        assert product.enterprise.is_demo
        assert product.enterprise.state == EnterpriseState.APPROVED
        assert product.price_from is not None
        assert product.sort_key
        assert product.ready_pieces or product.takes_orders
    assert not StockRecord.objects.filter(product__structure=Product.PARENT).exists()
    assert Product.objects.filter(parent__isnull=False, enterprise=None).count() == 0


def test_what_the_files_call_made_to_order_is_sold_so(loaded):
    rows = {row["slug"]: row for row in read_market().products}
    for product in Product.objects.top_level().ordinary():
        sale = rows[product.slug]["sale"]
        assert product.takes_orders == (sale != "stock"), product.slug
        assert (product.first_lead_days is not None) == (sale != "stock")


def test_certificates_follow_the_calendar_and_two_wait_for_the_office(loaded):
    today = timezone.localdate()
    waiting = (CertificateState.SUBMITTED, CertificateState.CHECKING)

    for certificate in Certificate.objects.exclude(state__in=waiting):
        assert certificate.verified_by
        assert certificate.checked_by != certificate.verified_by
        if certificate.expires_on < today:
            assert certificate.state == CertificateState.EXPIRED
        elif certificate.expires_on <= today + timedelta(days=EXPIRING_DAYS):
            assert certificate.state == CertificateState.EXPIRING
        else:
            assert certificate.state == CertificateState.VERIFIED
    assert sorted(
        Certificate.objects.filter(state__in=waiting).values_list("state", flat=True)
    ) == ["checking", "submitted"]
    # The officer of the README may verify the one that a colleague has checked.
    checked = Certificate.objects.get(state=CertificateState.CHECKING)
    assert checked.checked_by == User.objects.get(email="wichai@example.com")


def test_everybody_of_the_table_can_sign_in_by_mail_and_by_phone(loaded):
    for row in read_accounts():
        by_mail = authenticate(username=row["email"], password=row["password"])
        assert by_mail is not None
        assert by_mail.is_demo
        assert authenticate(username=row["phone"], password=row["password"]) == by_mail
        assert by_mail.is_superuser == (row["key"] == "administrator")
    officer = User.objects.get(email="arunee@example.com")
    assert officer.is_staff
    assert officer.has_perm("wagtailadmin.access_admin")
    assert not officer.is_superuser
    leaders = Membership.objects.filter(role="leader", user__is_demo=True)
    assert {m.enterprise.slug for m in leaders} == {
        "suwannaphum-rice-growers",
        "kham-muang-praewa",
    }


def test_the_buyer_has_two_addresses_and_an_order_in_each_state(loaded):
    buyer = User.objects.get(email="mali@example.com")

    assert {a.place.province.name_en for a in buyer.addresses.all()} == {"Bangkok", "Chiang Mai"}
    states = Fulfilment.objects.filter(order__user=buyer).order_by("placed_at")
    assert list(states.values_list("state", flat=True)) == [
        "started",  # late without notice
        "started",
        "received",
        "started",
        "started",
        "started",
        "accepted",
        "accepted",
        "packed",
    ]
    jobs = Job.objects.filter(line__order__user=buyer).order_by("state")
    assert list(jobs.values_list("state", flat=True)) == [
        "finished",
        "in_production",
        "in_production",
        "in_production",
        "queued",
        "waiting",
    ]
    assert DelayNotice.objects.get().state == "asked"
    assert Proof.objects.filter(state="sent").count() == 1
    assert sorted(CustomRequest.objects.values_list("state", flat=True)) == [
        "asked",
        "ordered",
        "quoted",
    ]
    for part in states:
        assert part.placed_at < timezone.now() - timedelta(hours=20)
        assert part.placed_at <= part.accepted_at < timezone.now()
    # Nobody is told by mail of what happened long ago.
    assert not Message.objects.filter(sent_at=None).exists()


def test_orders_stock_and_decisions_stay_when_it_is_loaded_again(loaded):
    record = StockRecord.objects.filter(num_in_stock__gt=5).first()
    StockRecord.objects.filter(pk=record.pk).update(num_in_stock=3, price=Decimal("1.00"))
    group = Enterprise.objects.get(slug="kham-muang-praewa")
    Enterprise.objects.filter(pk=group.pk).update(state=EnterpriseState.SUSPENDED)
    product = Product.objects.get(upc="bo-sang-umbrella")
    Product.objects.filter(pk=product.pk).update(state=ProductState.WITHDRAWN)
    proof = Certificate.objects.filter(state=CertificateState.VERIFIED).first()
    Certificate.objects.filter(pk=proof.pk).update(state=CertificateState.REVOKED)
    orders = list(Order.objects.order_by("pk").values())
    parts = list(Fulfilment.objects.order_by("pk").values())

    load_demo()

    for thing in (record, group, product, proof):
        thing.refresh_from_db()
    assert record.num_in_stock == 3
    assert record.price > 1  # the price is the data's
    assert group.state == EnterpriseState.SUSPENDED
    assert product.state == ProductState.WITHDRAWN
    assert proof.state == CertificateState.REVOKED
    assert list(Order.objects.order_by("pk").values()) == orders
    assert list(Fulfilment.objects.order_by("pk").values()) == parts


def test_changed_data_changes_rows_and_doubles_none(loaded, monkeypatch):
    before = counts()
    market = read_market()
    products = [copy.deepcopy(row) for row in market.products]
    changed = next(row for row in products if row["slug"] == "bo-sang-umbrella")
    changed["name_en"] = "Bo Sang paper umbrella"
    changed["certificate"] = [{**changed["certificate"][0], "number": "มผช. 999/2569"}]
    gone = products.pop(0)
    monkeypatch.setattr(
        services, "read_market", lambda: Market(market.groups, tuple(products), market.stories)
    )

    load_demo()

    umbrella = Product.objects.get(upc="bo-sang-umbrella")
    assert umbrella.title_en == "Bo Sang paper umbrella"
    assert [c.number for c in umbrella.certificates.all()] == ["มผช. 999/2569"]
    assert Product.objects.get(upc=gone["slug"]).state == ProductState.WITHDRAWN
    assert counts()["Product"] == before["Product"]
    assert counts()["StockRecord"] == before["StockRecord"]


def test_known_passwords_are_not_loaded_into_the_real_shop(settings):
    settings.SETTINGS_MODULE = "shop.settings.production"

    with pytest.raises(CommandError, match="passwords"):
        call_command("load_demo")

    assert not User.objects.exists()


def test_search_finds_what_was_loaded(loaded):
    assert search_products("มัดหมี่")
    assert search_products("Bo Sang umbrella")


def test_a_stranger_with_a_demo_address_is_not_overwritten():
    User.objects.create_user(email="mali@example.com", password="somebody-else-1")

    with pytest.raises(AddressTaken):
        load_demo()

    assert not Enterprise.objects.exists()
    assert data.read_accounts()[0]["email"] == "mali@example.com"


def test_four_groups_share_an_order_and_the_leader_has_two_next_things(loaded):
    order = ClusterOrder.objects.get()
    parts = order.parts.order_by("pk").values_list("enterprise__slug", "state")
    assert dict(parts) == {
        "kham-muang-praewa": "offered",
        "nong-sung-mud-dye": "in_work",
        "phanna-nikhom-indigo": "handed_over",
        "chonnabot-mudmee": "accepted",
    }
    assert order.parts.pieces() == order.pieces == 130
    tasks = cluster_tasks(order.cluster.lead, now=timezone.now())
    assert sorted(task.kind for task in tasks) == ["answer", "check"]


def test_the_shared_order_is_the_buyers_and_does_not_run_out_meanwhile(loaded):
    order = ClusterOrder.objects.get()
    assert order.line.order.user == User.objects.get(email="mali@example.com")
    assert not order.awaits_buyer
    whole = Fulfilment.objects.get(lines__line=order.line)
    assert (whole.state, whole.promised_on) == ("started", order.wished_on)
    later = timezone.now() + timedelta(days=30)
    assert lapse_due_parts(today=timezone.localdate(later), now=later) == 0
    assert order.parts.unanswered().count() == 1
