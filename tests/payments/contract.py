"""What the shop may expect of any payment provider; a new one is held to all of it.

A test class of a provider inherits `ProviderContract` and gives two fixtures: `bank`, which plays
the buyers, their banks and the network, and `taker`, the provider that is tested. No database is
needed: attempts and refunds are told from rows that are not saved.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

import pytest

from shop.payments.models import PaymentAttempt, Refund
from shop.payments.provider import (
    ForgedEvent,
    PaymentProvider,
    ProviderDown,
    Refused,
    Standing,
    Unknown,
)

PRICE = Decimal("490.50")


class Bank(Protocol):
    """The other side: what buyers and banks do, as a test needs it."""

    def pay(self, attempt: PaymentAttempt) -> None: ...
    def refuse(self, attempt: PaymentAttempt) -> None: ...
    def decide_refund(self, provider_id: str, *, good: bool) -> None: ...
    def dispute(self, attempt: PaymentAttempt) -> str: ...
    def decide_dispute(self, provider_id: str, *, won: bool) -> None: ...
    def events(self) -> list[tuple[bytes, str]]: ...
    def go_away(self) -> None: ...
    def come_back(self) -> None: ...
    def lose_next_answer(self) -> None: ...
    def payments(self) -> int: ...


def new_attempt(method: str = "card", amount: Decimal = PRICE) -> PaymentAttempt:
    """An attempt as the checkout would write it; not saved."""
    back = "http://127.0.0.1:8000/back/"
    return PaymentAttempt(
        checkout_reference="11111111-1111-4111-8111-111111111111",
        method=method,
        amount=amount,
        opening={
            "email": "mali@example.com",
            "language": "th",
            "success_url": back,
            "cancel_url": back,
        },
        expires_at=datetime.now(UTC) + timedelta(minutes=15),
    )


def told(attempt: PaymentAttempt, standing: Standing) -> PaymentAttempt:
    """The attempt with the ids that the provider gave."""
    attempt.session_id = standing.session_id or attempt.session_id
    attempt.intent_id = standing.intent_id or attempt.intent_id
    return attempt


BOTH = pytest.mark.parametrize("method", ["card", "promptpay"])


class ProviderContract:
    """The contract. `opened` and `paid` are short ways to where most stories begin."""

    @pytest.fixture
    def opened(self, taker: PaymentProvider) -> Callable[[str], PaymentAttempt]:
        def open_one(method: str) -> PaymentAttempt:
            attempt = new_attempt(method)
            return told(attempt, taker.open_payment(attempt))

        return open_one

    @pytest.fixture
    def paid(
        self, taker: PaymentProvider, bank: Bank, opened: Callable[[str], PaymentAttempt]
    ) -> Callable[[str], PaymentAttempt]:
        def pay_one(method: str) -> PaymentAttempt:
            attempt = opened(method)
            bank.pay(attempt)
            return told(attempt, taker.ask(attempt))

        return pay_one

    def test_a_card_is_paid_on_a_page_of_the_provider(self, taker: PaymentProvider) -> None:
        standing = taker.open_payment(new_attempt("card"))
        assert (standing.state, standing.amount) == ("open", PRICE)
        assert standing.session_url.startswith("http")
        assert not standing.qr_data

    def test_promptpay_shows_a_code(self, taker: PaymentProvider) -> None:
        standing = taker.open_payment(new_attempt("promptpay"))
        assert (standing.state, standing.amount) == ("open", PRICE)
        assert standing.qr_data.startswith("000201")

    @BOTH
    def test_told_twice_there_is_one_payment(
        self, taker: PaymentProvider, bank: Bank, method: str
    ) -> None:
        attempt = new_attempt(method)
        first, second = taker.open_payment(attempt), taker.open_payment(attempt)
        assert first == second
        assert bank.payments() == 1

    @BOTH
    def test_an_answer_that_was_lost_is_found_again(
        self, taker: PaymentProvider, bank: Bank, method: str
    ) -> None:
        attempt = new_attempt(method)
        bank.lose_next_answer()
        standing = taker.open_payment(attempt)
        assert standing.state == "open"
        assert bank.payments() == 1

    @BOTH
    def test_what_is_paid_is_paid_to_the_satang(
        self, taker: PaymentProvider, paid: Callable[[str], PaymentAttempt], method: str
    ) -> None:
        attempt = paid(method)
        standing = taker.ask(attempt)
        assert (standing.state, standing.amount) == ("paid", PRICE)
        assert attempt.intent_id

    @BOTH
    def test_what_is_closed_can_never_be_paid(
        self,
        taker: PaymentProvider,
        bank: Bank,
        opened: Callable[[str], PaymentAttempt],
        method: str,
    ) -> None:
        attempt = opened(method)
        assert taker.close(attempt).state == "closed"
        assert taker.close(attempt).state == "closed"
        with pytest.raises(AssertionError):
            bank.pay(attempt)

    @BOTH
    def test_closing_what_is_paid_says_paid(
        self, taker: PaymentProvider, paid: Callable[[str], PaymentAttempt], method: str
    ) -> None:
        assert taker.close(paid(method)).state == "paid"

    def test_a_refused_code_has_failed(
        self, taker: PaymentProvider, bank: Bank, opened: Callable[[str], PaymentAttempt]
    ) -> None:
        attempt = opened("promptpay")
        bank.refuse(attempt)
        standing = taker.ask(attempt)
        assert standing.state == "failed"
        assert standing.failure

    def test_what_it_never_heard_of_is_unknown_and_closed(self, taker: PaymentProvider) -> None:
        stranger = new_attempt("promptpay")
        stranger.intent_id = "pi_of_nobody"
        with pytest.raises(Unknown):
            taker.ask(stranger)
        assert taker.close(stranger).state == "closed"
        with pytest.raises(Unknown):
            taker.ask_refund("re_of_nobody")
        with pytest.raises(Unknown):
            taker.ask_dispute("dp_of_nobody")

    def test_a_card_gets_its_money_back_at_once_and_once(
        self, taker: PaymentProvider, paid: Callable[[str], PaymentAttempt]
    ) -> None:
        refund = Refund(attempt=paid("card"), cause="part", amount=Decimal("90.25"))
        first, second = taker.send_refund(refund), taker.send_refund(refund)
        assert first == second == taker.ask_refund(first.provider_id)
        assert first.state == "succeeded"
        whole = Refund(attempt=refund.attempt, cause="whole", amount=PRICE)
        with pytest.raises(Refused):
            taker.send_refund(whole)

    @pytest.mark.parametrize(("good", "end"), [(True, "succeeded"), (False, "failed")])
    def test_promptpay_first_asks_the_buyer_for_a_bank_account(
        self,
        taker: PaymentProvider,
        bank: Bank,
        paid: Callable[[str], PaymentAttempt],
        good: bool,
        end: str,
    ) -> None:
        standing = taker.send_refund(Refund(attempt=paid("promptpay"), cause="c", amount=PRICE))
        assert standing.state == "needs_customer"
        bank.decide_refund(standing.provider_id, good=good)
        ended = taker.ask_refund(standing.provider_id)
        assert ended.state == end
        assert bool(ended.failure) is not good

    @pytest.mark.parametrize(("won", "end"), [(True, "won"), (False, "lost")])
    def test_a_dispute_takes_the_money_until_it_is_won(
        self,
        taker: PaymentProvider,
        bank: Bank,
        paid: Callable[[str], PaymentAttempt],
        won: bool,
        end: str,
    ) -> None:
        attempt = paid("card")
        name = bank.dispute(attempt)
        begun = taker.ask_dispute(name)
        bank.decide_dispute(name, won=won)
        ended = taker.ask_dispute(name)
        assert (begun.state, begun.amount, begun.taken) == ("needs_response", PRICE, PRICE)
        assert begun.intent_id == attempt.intent_id
        assert begun.fee > 0
        assert begun.respond_by is not None
        assert begun.respond_by > begun.opened_at
        assert (ended.state, ended.taken) == (end, Decimal(0) if won else PRICE)

    def test_its_book_tells_all_that_moved_with_our_own_words(
        self, taker: PaymentProvider, bank: Bank, paid: Callable[[str], PaymentAttempt]
    ) -> None:
        since = datetime.now(UTC) - timedelta(seconds=5)
        card, code = paid("card"), paid("promptpay")
        refund = Refund(attempt=card, cause="part", amount=Decimal("90.25"))
        sent = taker.send_refund(refund)
        disputed = paid("card")
        name = bank.dispute(disputed)
        bank.decide_dispute(name, won=True)
        book = list(taker.movements(since))[::-1]
        found = [(m.kind, m.amount, m.reference or m.source_id, m.intent_id) for m in book]
        assert found == [
            ("payment", PRICE, str(card.reference), card.intent_id),
            ("payment", PRICE, str(code.reference), code.intent_id),
            ("refund", Decimal("-90.25"), str(refund.reference), card.intent_id),
            ("payment", PRICE, str(disputed.reference), disputed.intent_id),
            ("dispute", -PRICE, name, disputed.intent_id),
            ("dispute_back", PRICE, name, disputed.intent_id),
        ]
        assert book[2].source_id == sent.provider_id
        assert all(m.fee > 0 for m in book if m.kind in ("payment", "dispute"))
        assert len({m.provider_id for m in book}) == len(book)
        assert list(taker.movements(datetime.now(UTC) + timedelta(hours=1))) == []

    def test_a_long_book_is_read_page_by_page(
        self, taker: PaymentProvider, paid: Callable[[str], PaymentAttempt], monkeypatch: Any
    ) -> None:
        self.small_pages(monkeypatch)
        since = datetime.now(UTC) - timedelta(seconds=5)
        attempts = [paid("card") for _ in range(5)]
        found = [movement.intent_id for movement in taker.movements(since)]
        assert found == [attempt.intent_id for attempt in reversed(attempts)]

    def small_pages(self, monkeypatch: Any) -> None:
        """Make the provider answer in short pages, where it has pages."""

    def test_events_are_signed_and_name_what_they_are_about(
        self, taker: PaymentProvider, bank: Bank, paid: Callable[[str], PaymentAttempt]
    ) -> None:
        attempt = paid("card")
        refund = Refund(attempt=attempt, cause="part", amount=Decimal(50))
        taker.send_refund(refund)
        name = bank.dispute(paid("card"))
        events = [taker.read_event(body, signature) for body, signature in bank.events()]
        abouts = [taker.concern_of(event) for event in events]
        assert len({event["id"] for event in events}) == len(events)
        assert {a.reference for a in abouts if a.kind == "payment"} >= {str(attempt.reference)}
        assert {a.reference for a in abouts if a.kind == "refund"} == {str(refund.reference)}
        assert {a.provider_id for a in abouts if a.kind == "dispute"} == {name}
        assert PRICE in {a.moved for a in abouts}
        assert taker.concern_of({"id": "x", "type": "of.something.else"}).kind == ""

    def test_a_forged_event_is_refused(
        self, taker: PaymentProvider, bank: Bank, paid: Callable[[str], PaymentAttempt]
    ) -> None:
        paid("card")
        body, signature = bank.events()[0]
        for forged in ((body + b" ", signature), (body, ""), (b"no json", signature)):
            with pytest.raises(ForgedEvent):
                taker.read_event(*forged)

    def test_away_means_that_nothing_is_known(
        self, taker: PaymentProvider, bank: Bank, paid: Callable[[str], PaymentAttempt]
    ) -> None:
        attempt = paid("card")
        refund = Refund(attempt=attempt, cause="part", amount=Decimal(50))
        bank.go_away()
        for call in (
            lambda: taker.open_payment(new_attempt()),
            lambda: taker.ask(attempt),
            lambda: taker.close(attempt),
            lambda: taker.send_refund(refund),
            lambda: taker.ask_refund("re_1"),
            lambda: taker.ask_dispute("dp_1"),
            lambda: list(taker.movements(datetime.now(UTC))),
        ):
            with pytest.raises(ProviderDown):
                call()
        bank.come_back()
        assert taker.ask(attempt).state == "paid"
