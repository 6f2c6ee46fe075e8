"""Stripe, as our gateway speaks to it, keeps the contract of any provider; so does another one."""

from typing import Any

import pytest
from django.db import transaction

from shop.payments import gateway
from shop.payments.gateway import API_VERSION, StripeProvider
from shop.payments.models import PaymentAttempt
from shop.payments.provider import PaymentProvider
from shop.payments.provider import provider as provider_in_use
from shop.stripe_simulator import shapes
from shop.stripe_simulator.testing import SimulatorThread

from .contract import ProviderContract, new_attempt
from .pretend import Pretend


class StripesBank:
    """Buyers and banks behind Stripe, played through the simulator's control door."""

    def __init__(self, simulator: SimulatorThread) -> None:
        self.simulator = simulator

    def pay(self, attempt: PaymentAttempt) -> None:
        if attempt.method == "card":
            self.simulator.control(f"session/{attempt.session_id}/pay", card="succeed")
        else:
            self.simulator.control(f"pay/{attempt.intent_id}")

    def refuse(self, attempt: PaymentAttempt) -> None:
        self.simulator.control(f"fail/{attempt.intent_id}")

    def decide_refund(self, provider_id: str, *, good: bool) -> None:
        self.simulator.control(f"refunds/{provider_id}/{'succeed' if good else 'fail'}")

    def dispute(self, attempt: PaymentAttempt) -> str:
        intent_id = attempt.intent_id
        return str(self.simulator.control("disputes/open", payment_intent=intent_id)["id"])

    def decide_dispute(self, provider_id: str, *, won: bool) -> None:
        self.simulator.control(f"disputes/{provider_id}/{'win' if won else 'lose'}")

    def events(self) -> list[tuple[bytes, str]]:
        return [(each.body, each.signature) for each in self.simulator.take_webhooks()]

    def go_away(self) -> None:
        self.simulator.control("fail_next", count=100, status=0)

    def come_back(self) -> None:
        self.simulator.control("fail_next", count=0)

    def lose_next_answer(self) -> None:
        self.simulator.control("fail_next", count=1, status=0, after=True)

    def payments(self) -> int:
        counts = self.simulator.look("state")["counts"]
        return int(counts.get("checkout.session", 0) + counts.get("payment_intent", 0))


class TestStripe(ProviderContract):
    @pytest.fixture
    def bank(self, provider: SimulatorThread) -> StripesBank:
        return StripesBank(provider)

    @pytest.fixture
    def taker(self, bank: StripesBank) -> PaymentProvider:
        return StripeProvider()

    def small_pages(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(gateway, "PAGE", 2)


class TestAnother(ProviderContract):
    """One that is not Stripe at all; it keeps the contract word by word."""

    @pytest.fixture
    def bank(self) -> Pretend:
        return Pretend()

    @pytest.fixture
    def taker(self, bank: Pretend) -> PaymentProvider:
        return bank


def test_the_setting_says_who_takes_the_money() -> None:
    assert isinstance(provider_in_use(), StripeProvider)
    assert provider_in_use() is provider_in_use()


def test_another_setting_names_another(settings: Any) -> None:
    settings.PAYMENT_PROVIDER = "tests.payments.pretend.Pretend"
    assert isinstance(provider_in_use(), Pretend)


def test_each_call_names_the_version_it_is_written_for(provider: SimulatorThread) -> None:
    StripeProvider().open_payment(new_attempt())
    (call,) = provider.look("calls")["calls"]
    assert call["version"] == API_VERSION == shapes.API_VERSION


def test_each_write_carries_the_key_that_stands_on_the_row(provider: SimulatorThread) -> None:
    attempt = new_attempt("promptpay")
    StripeProvider().open_payment(attempt)
    (call,) = provider.look("calls")["calls"]
    assert call["idempotency_key"] == f"open-{attempt.reference}"


@pytest.mark.django_db(transaction=True)
def test_no_call_is_made_inside_a_transaction(provider: SimulatorThread) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="inside a transaction"):
        StripeProvider().open_payment(new_attempt())
    assert provider.look("calls")["calls"] == []
