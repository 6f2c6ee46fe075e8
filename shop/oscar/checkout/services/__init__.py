"""From a basket to an order: hold goods, ask for the money, write the order.

An order exists if and only if its money was captured and its goods are held. The order of
steps, and why nothing is lost when any of them dies, is told in docs/architecture.md.
"""

from .filling import (
    destination,
    go_on_with,
    held_for,
    kept_for,
    offer_now,
    open_checkout,
    set_address,
    set_choices,
    under_way,
)
from .paying import (
    AlreadyPlaced,
    OfferChanged,
    begin_payment,
    give_up_payment,
    hold_and_write,
    look_again,
)
from .settling import (
    NotAsked,
    accept_new_date,
    close_and_release,
    give_back_unanswered,
    question_path,
    question_token,
    refuse_new_date,
    settle_attempt,
    settle_checkout,
    settle_due,
)

__all__ = [
    "AlreadyPlaced",
    "NotAsked",
    "OfferChanged",
    "accept_new_date",
    "begin_payment",
    "close_and_release",
    "destination",
    "give_back_unanswered",
    "give_up_payment",
    "go_on_with",
    "held_for",
    "hold_and_write",
    "kept_for",
    "look_again",
    "offer_now",
    "open_checkout",
    "question_path",
    "question_token",
    "refuse_new_date",
    "set_address",
    "set_choices",
    "settle_attempt",
    "settle_checkout",
    "settle_due",
    "under_way",
]
