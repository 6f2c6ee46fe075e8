"""The waiting list at the doors: joining, the offer, the basket, the order; strangers stay out."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shop.oscar.basket.models import Line
from shop.oscar.checkout import services as checkouts
from shop.oscar.checkout.models import Checkout
from shop.outbox.models import Message
from shop.production.models import Job, WaitingEntry, Workshop
from shop.production.services import (
    entry_path,
    lapse_offers,
    offer_freed_capacity,
    release_capacity,
)
from shop.production.states import JobState, WaitingState
from tests.checkout.shopping import Buyer
from tests.factories import (
    make_buyer,
    make_checkout,
    make_product,
    make_rates,
    make_workshop,
    make_woven,
    pay,
    record_of,
)
from tests.production.books import allocated, check_books
from tests.production.test_waiting import fill

pytestmark = pytest.mark.django_db


@pytest.fixture
def looms() -> Workshop:
    make_rates()
    return make_workshop(horizon_days=10, keeps_holidays=False)


def now_fill(looms: Workshop, cloth: Any, pieces: int) -> Any:
    return fill(looms, cloth, pieces, now=timezone.now())


def join(buyer: Buyer, product: Any, **typed: Any) -> Any:
    return buyer.post(f"waiting/join/{record_of(product).pk}/", typed)


def entry() -> WaitingEntry:
    return WaitingEntry.objects.with_goods().get()


def test_a_full_line_in_the_basket_says_the_most_and_leads_to_the_list(looms: Workshop) -> None:
    cloth = make_woven(looms)
    now_fill(looms, cloth, 4)
    buyer = Buyer("en")
    buyer.take(cloth, 8)
    page = buyer.get("basket/").content.decode()
    assert "Up to 6 can." in page
    assert f"/en/waiting/join/{record_of(cloth).pk}/?quantity=8" in page
    page = buyer.get(f"waiting/join/{record_of(cloth).pk}/?quantity=8").content.decode()
    assert "Up to 6 can be promised now" in page
    assert 'value="8"' in page


def test_a_guest_joins_by_mail_and_leaves_by_the_link(looms: Workshop) -> None:
    cloth = make_woven(looms)
    now_fill(looms, cloth, 10)
    buyer = Buyer("en")
    answer = join(buyer, cloth, quantity="3", email="Som@Example.com")
    found = entry()
    assert answer["Location"] == entry_path(found)
    assert (found.email, found.language, found.quantity) == ("som@example.com", "en", 3)
    letter = Message.objects.get(kind="waiting_joined")
    assert (letter.address, letter.context["path"]) == ("som@example.com", entry_path(found))
    assert "You wait for free days" in Buyer("en").get(entry_path(found)).content.decode()
    Buyer("en").post(entry_path(found), {"answer": "leave"})
    assert entry().state == WaitingState.LEFT


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"quantity": "", "email": "a@example.com"}, "whole number"),
        ({"quantity": "three", "email": "a@example.com"}, "whole number"),
        ({"quantity": "99999999999999999999", "email": "a@example.com"}, "whole number"),
        ({"quantity": "5000", "email": "a@example.com"}, "from 1 to 1000"),
        ({"quantity": "2", "email": "nobody"}, "e-mail address"),
        ({"quantity": "2", "email": "a\x00@example.com"}, "Null characters"),
        ({"quantity": "2\x00", "email": "a@example.com"}, "whole number"),
        ({"quantity": "2", "email": "a" * 300 + "@example.com"}, "e-mail address"),
    ],
)
def test_bad_answers_get_words_beside_the_field(
    looms: Workshop, typed: dict[str, str], words: str
) -> None:
    cloth = make_woven(looms)
    now_fill(looms, cloth, 10)
    answer = join(Buyer("en"), cloth, **typed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not WaitingEntry.objects.exists()


def test_nobody_waits_for_what_can_be_had(looms: Workshop) -> None:
    cloth = make_woven(looms)
    answer = join(Buyer("en"), cloth, quantity="2", email="a@example.com")
    assert answer.status_code == 422
    assert "You need not wait" in answer.content.decode()
    assert Buyer().get(f"waiting/join/{record_of(make_product()).pk}/").status_code == 404
    assert Buyer().get("waiting/join/99999999999999999999999/").status_code == 404


def test_strangers_find_nothing(looms: Workshop) -> None:
    cloth = make_woven(looms)
    now_fill(looms, cloth, 10)
    mali = make_buyer()
    join(Buyer(user=mali), cloth, quantity="2")
    path = entry_path(entry())
    assert Buyer().get(path).status_code == 200
    assert Buyer().get(path[:-2] + "x/").status_code == 404
    assert Buyer().post(path[:-2] + "x/", {"answer": "leave"}).status_code == 404
    assert cloth.title in Buyer(user=mali).get("waiting/").content.decode()
    assert cloth.title not in Buyer(user=make_buyer()).get("waiting/").content.decode()
    assert Buyer().get("waiting/").status_code == 302


def offered(looms: Workshop, cloth: Any, quantity: int, buyer: Buyer) -> WaitingEntry:
    """A buyer for whom all days of the workshop but the first are kept."""
    free = now_fill(looms, cloth, 10)
    join(buyer, cloth, quantity=str(quantity), email="som@example.com")
    release_capacity(reference=free)
    found = entry()
    assert found.is_offered
    return found


def test_a_waiting_list_served(looms: Workshop) -> None:
    """Full; joined; freed; offered; in the basket; paid; ordered: nobody gets in between."""
    cloth = make_woven(looms)
    som = Buyer("en")
    found = offered(looms, cloth, 8, som)
    assert allocated(looms) == 8

    newcomer = Buyer("en")
    newcomer.take(cloth, 3)
    assert "Up to 2 can." in newcomer.get("basket/").content.decode()

    page = som.get(entry_path(found)).content.decode()
    assert "Days are kept for you" in page
    assert som.post(entry_path(found), {"answer": "take"})["Location"].endswith("/basket/")
    assert som.post(entry_path(found), {"answer": "take"})["Location"].endswith("/basket/")
    assert Line.objects.get(basket__pk=entry().basket_id).quantity == 8
    assert "line--problem" not in som.get("basket/").content.decode()
    assert "It lies in your basket" in som.get(entry_path(found)).content.decode()

    checkout = make_checkout((cloth, 8))
    Checkout.objects.filter(pk=checkout.pk).update(basket=entry().basket_id)
    checkout.refresh_from_db()
    attempt = pay(checkout)
    assert Job.objects.get(state=JobState.HELD).reference == checkout.reference
    assert allocated(looms) == 8
    # The deadline passes while the money is under way: the offer waits for the payment's end.
    assert lapse_offers(now=timezone.now() + timedelta(hours=30)) == 0

    checkouts.settle_attempt(attempt.pk)

    checkout.refresh_from_db()
    assert checkout.state == "placed"
    assert entry().state == WaitingState.TAKEN
    job = Job.objects.exclude(state=JobState.RELEASED).get()
    assert (job.state, job.quantity, job.reference) == (JobState.QUEUED, 8, checkout.reference)
    assert job.promised_on <= found.promised_on
    assert lapse_offers(now=timezone.now() + timedelta(days=3)) == 0
    check_books(looms)


def test_an_offer_survives_a_payment_that_failed(looms: Workshop) -> None:
    cloth = make_woven(looms)
    som = Buyer("en")
    found = offered(looms, cloth, 8, som)
    som.post(entry_path(found), {"answer": "take"})
    checkout = make_checkout((cloth, 8))
    Checkout.objects.filter(pk=checkout.pk).update(basket=entry().basket_id)
    checkout.refresh_from_db()
    offer = checkouts.offer_now(checkout, today=timezone.localdate())
    checkouts.hold_and_write(checkout.pk, "card", str(offer.total), timezone.localdate())
    assert entry().checkout_reference == checkout.reference

    release_capacity(reference=checkout.reference)

    again = entry()
    assert (again.state, again.checkout_reference) == (WaitingState.OFFERED, None)
    assert Job.objects.get(state=JobState.HELD).reference == found.reference
    assert again.offered_until == found.offered_until
    check_books(looms)
    assert lapse_offers(now=timezone.now() + timedelta(hours=25)) == 1
    assert allocated(looms) == 0


def test_paid_after_the_hold_expired_finds_the_kept_days(looms: Workshop) -> None:
    cloth = make_woven(looms)
    som = Buyer("en")
    found = offered(looms, cloth, 8, som)
    som.post(entry_path(found), {"answer": "take"})
    checkout = make_checkout((cloth, 8))
    Checkout.objects.filter(pk=checkout.pk).update(basket=entry().basket_id)
    checkout.refresh_from_db()
    attempt = pay(checkout)
    checkouts.settling.free(checkout.reference)
    assert Job.objects.get(state=JobState.HELD).reference == found.reference

    checkouts.settle_attempt(attempt.pk)

    checkout.refresh_from_db()
    assert checkout.state == "placed"
    assert entry().state == WaitingState.TAKEN
    check_books(looms)


def test_a_guest_who_signs_in_keeps_the_offer(looms: Workshop) -> None:
    cloth = make_woven(looms)
    som = Buyer("en")
    found = offered(looms, cloth, 8, som)
    som.post(entry_path(found), {"answer": "take"})
    before = entry().basket_id
    user = make_buyer()
    own = Buyer(user=user)
    own.take(make_product(stock=5), 1)
    typed = {"username": user.email, "password": "a-long-test-word"}
    som.client.post("/en/account/sign-in/", typed)
    page = som.get("basket/").content.decode()
    assert "line--problem" not in page
    assert entry().basket_id != before


def test_an_offer_that_is_over_cannot_be_taken(looms: Workshop) -> None:
    cloth = make_woven(looms)
    som = Buyer("en")
    found = offered(looms, cloth, 8, som)
    WaitingEntry.objects.update(offered_until=timezone.now() - timedelta(seconds=1))
    answer = som.post(entry_path(found), {"answer": "take"})
    assert answer["Location"] == entry_path(found)
    assert not Line.objects.exists()
    assert "The time for this offer is over" in som.get(entry_path(found)).content.decode()


def test_a_product_page_that_is_full_leads_to_the_list(looms: Workshop) -> None:
    cloth = make_woven(looms)
    now_fill(looms, cloth, 10)
    page = Buyer("en").get(f"products/{cloth.slug}/").content.decode()
    assert "Fully booked for now" in page
    assert f"/en/waiting/join/{record_of(cloth).pk}/?quantity=1" in page


def test_two_offers_in_turn_as_the_days_go_by(looms: Workshop) -> None:
    cloth = make_woven(looms)
    now_fill(looms, cloth, 10)
    for name in ("a", "b"):
        join(Buyer(), cloth, quantity="2", email=f"{name}@example.com")
    assert offer_freed_capacity(now=timezone.now() + timedelta(days=2)) == 1
    assert offer_freed_capacity(now=timezone.now() + timedelta(days=4)) == 1
    order = WaitingEntry.objects.order_by("offered_at").values_list("email", flat=True)
    assert list(order) == ["a@example.com", "b@example.com"]
