"""The test cards: which number leads to which answer of the bank.

A number is read from the payment form, looked up here and forgotten: only brand, last four digits,
expiry and the outcome are kept, and nothing here is ever logged.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TestCard:
    """A number Stripe publishes for testing."""

    __test__ = False  # pytest collects classes by their name

    slug: str
    number: str
    brand: str
    outcome: str
    """``succeed``, ``authenticate`` (3-D Secure first) or ``decline``."""
    code: str | None = None
    decline_code: str | None = None
    method_id: str | None = None
    """The ready-made PaymentMethod id with which a server can use the card without its number."""
    dispute: str | None = None
    """Why the cardholder disputes the payment at once; ``inquiry``: the bank only asks."""

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def spaced(self) -> str:
        return " ".join(self.number[at : at + 4] for at in range(0, len(self.number), 4))


TEST_CARDS = (
    TestCard("succeed", "4242424242424242", "visa", "succeed", method_id="pm_card_visa"),
    TestCard(
        "declined",
        "4000000000000002",
        "visa",
        "decline",
        "card_declined",
        "generic_decline",
        "pm_card_visa_chargeDeclined",
    ),
    TestCard(
        "insufficient_funds",
        "4000000000009995",
        "visa",
        "decline",
        "card_declined",
        "insufficient_funds",
        "pm_card_visa_chargeDeclinedInsufficientFunds",
    ),
    TestCard(
        "three_d_secure",
        "4000002500003155",
        "visa",
        "authenticate",
        method_id="pm_card_authenticationRequired",
    ),
    TestCard(
        "expired",
        "4000000000000069",
        "visa",
        "decline",
        "expired_card",
        None,
        "pm_card_chargeDeclinedExpiredCard",
    ),
    TestCard("incorrect_cvc", "4000000000000127", "visa", "decline", "incorrect_cvc"),
    TestCard("processing_error", "4000000000000119", "visa", "decline", "processing_error"),
    TestCard(
        "mastercard", "5555555555554444", "mastercard", "succeed", method_id="pm_card_mastercard"
    ),
    TestCard(
        "dispute",
        "4000000000000259",
        "visa",
        "succeed",
        method_id="pm_card_createDispute",
        dispute="fraudulent",
    ),
    TestCard(
        "dispute_not_received",
        "4000000000002685",
        "visa",
        "succeed",
        method_id="pm_card_createDisputeProductNotReceived",
        dispute="product_not_received",
    ),
    TestCard(
        "inquiry",
        "4000000000001976",
        "visa",
        "succeed",
        method_id="pm_card_createDisputeInquiry",
        dispute="inquiry",
    ),
)
BY_NUMBER = {card.number: card for card in TEST_CARDS}
BY_SLUG = {card.slug: card for card in TEST_CARDS}
BY_METHOD = {card.method_id: card for card in TEST_CARDS if card.method_id}

DECLINES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}


def decline_message(code: str, decline_code: str | None) -> str:
    return DECLINES.get(decline_code or "", DECLINES.get(code, DECLINES["card_declined"]))


def digits_of(typed: str) -> str:
    """The number as typed, without its spaces; Thai digits count as digits."""
    return "".join(str(int(sign)) for sign in typed if sign.isdigit())


def passes_luhn(number: str) -> bool:
    total = 0
    for position, sign in enumerate(reversed(number)):
        digit = int(sign)
        if position % 2:
            digit = digit * 2 - 9 if digit > 4 else digit * 2
        total += digit
    return 12 <= len(number) <= 19 and total % 10 == 0


def read_expiry(typed: str) -> tuple[int, int] | None:
    """Month and four-digit year of ``12/34`` or ``12 / 2034``; nothing when it is no date."""
    digits = digits_of(typed)
    if len(digits) not in (4, 6):
        return None
    month, year = int(digits[:2]), int(digits[2:])
    if not 1 <= month <= 12:
        return None
    return month, year + 2000 if year < 100 else year
