"""The words of the ledger: accounts, what happens to money, and how far a part's money is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Account(models.TextChoices):
    """Where a baht is (plus), or whose it is (minus); see docs/algorithms/ledger.md."""

    PROVIDER = "provider", _("At the payment provider")
    BANK = "bank", _("On our bank account")
    BUYER = "buyer", _("Buyers")
    HELD = "held", _("Held for groups")
    VAT = "vat", _("VAT of groups' sales, held")
    RELEASABLE = "releasable", _("To be paid to groups")
    PAYING = "paying", _("On its way to groups")
    ADVANCE = "advance", _("Advanced for material")
    DEBT = "debt", _("Owed by groups")
    PLATFORM_FEE = "platform_fee", _("Platform fee")
    PAYMENT_FEE = "payment_fee", _("Payment fee")
    GUARANTEE_FUND = "guarantee_fund", _("Guarantee fund")


#: A minus on these belongs to a group; they never show a plus.
OWED = (Account.HELD, Account.VAT, Account.RELEASABLE, Account.PAYING)
#: A plus on these is owed to us by a group; they never show a minus.
OWING = (Account.ADVANCE, Account.DEBT)
#: These name a group on every entry.
OF_GROUPS = (*OWED, *OWING)
#: These name a part too: what one group has of one order.
OF_PARTS = (Account.HELD, Account.VAT, Account.ADVANCE)


class EventKind(models.TextChoices):
    """What happened to money. Each kind happens once per cause."""

    SALE = "sale", _("Goods sold")
    PAYMENT = "payment", _("Paid by the buyer")
    ADVANCE = "advance", _("Advance for material")
    RELEASE = "release", _("Money released")
    REFUND = "refund", _("Refund agreed")
    REFUND_SENT = "refund_sent", _("Refund sent")
    REFUND_RETURNED = "refund_returned", _("Refund came back")
    DISPUTE_OPENED = "dispute_opened", _("Payment disputed")
    DISPUTE_WON = "dispute_won", _("Dispute won")
    DISPUTE_LOST = "dispute_lost", _("Dispute lost")
    NETTING = "netting", _("Debt taken off a payout")
    PAYOUT = "payout", _("Payout")
    TRANSFER_PAID = "transfer_paid", _("Transfer arrived")
    TRANSFER_RETURNED = "transfer_returned", _("Transfer came back")
    DEBT_REPAID = "debt_repaid", _("Debt paid by the group")
    DEBT_WAIVED = "debt_waived", _("Debt waived")
    FUND = "fund", _("Set aside for the guarantee fund")
    PROVIDER_FEE = "provider_fee", _("Fee taken by the provider")
    PROVIDER_PAYOUT = "provider_payout", _("Paid by the provider to our bank")


class Payer(models.TextChoices):
    """Who pays for a refund."""

    GROUP = "group", _("The group: the sale is taken back")
    KINDNESS = "kindness", _("The group, though the sale stands")
    PLATFORM = "platform", _("The platform")
    FUND = "fund", _("The guarantee fund")


class FeeBearer(models.TextChoices):
    """Who bears the provider's fee of money that goes back."""

    PLATFORM = "platform", _("The platform")
    GROUP = "group", _("The group")


class SoldAs(models.TextChoices):
    """What a sale line is for."""

    GOODS = "goods", _("Goods")
    DELIVERY = "delivery", _("Delivery")


class EarningState(models.TextChoices):
    """How far a part's money is on its way to the group."""

    WAITING = "waiting", _("Not received yet")
    COUNTING = "counting", _("Received, can be withdrawn from")
    RELEASED = "released", _("Money released")
    UNDONE = "undone", _("Taken back")


EARNING_TRANSITIONS = {
    EarningState.WAITING: (EarningState.COUNTING, EarningState.UNDONE),
    EarningState.COUNTING: (EarningState.RELEASED, EarningState.UNDONE),
    EarningState.RELEASED: (),
    EarningState.UNDONE: (),
}
#: The money of parts in these states is still held.
NOT_RELEASED = (EarningState.WAITING, EarningState.COUNTING)


class PayoutPeriod(models.TextChoices):
    """How often a group is paid."""

    WEEK = "week", _("Each week")
    HALF_MONTH = "half_month", _("Twice a month")
    MONTH = "month", _("Each month")


class BankAccountState(models.TextChoices):
    """How far a group's bank account is."""

    ENTERED = "entered", _("To be confirmed by a second person")
    CONFIRMED = "confirmed", _("Confirmed by two people")
    WITHDRAWN = "withdrawn", _("Withdrawn before it was confirmed")


BANK_ACCOUNT_TRANSITIONS = {
    BankAccountState.ENTERED: (BankAccountState.CONFIRMED, BankAccountState.WITHDRAWN),
    BankAccountState.CONFIRMED: (),
    BankAccountState.WITHDRAWN: (),
}


class BatchState(models.TextChoices):
    """How far a batch of payouts is."""

    COMPUTED = "computed", _("Computed")
    PREVIEWED = "previewed", _("Looked through")
    APPROVED = "approved", _("Approved by a second officer")
    EXPORTED = "exported", _("With the bank")
    CLOSED = "closed", _("All answered")
    DROPPED = "dropped", _("Given up")


BATCH_TRANSITIONS = {
    BatchState.COMPUTED: (BatchState.PREVIEWED, BatchState.DROPPED),
    # Reckoned anew, it has to be looked through again.
    BatchState.PREVIEWED: (BatchState.COMPUTED, BatchState.APPROVED, BatchState.DROPPED),
    BatchState.APPROVED: (BatchState.EXPORTED,),
    BatchState.EXPORTED: (BatchState.CLOSED,),
    BatchState.CLOSED: (),
    BatchState.DROPPED: (),
}
#: Nothing has been written of a batch in these states.
NOT_APPROVED = (BatchState.COMPUTED, BatchState.PREVIEWED)


class PayoutState(models.TextChoices):
    """How far one group's payout is."""

    COMPUTED = "computed", _("Computed")
    APPROVED = "approved", _("Approved, to be paid")
    PAID = "paid", _("Paid to the group")
    RETURNED = "returned", _("Came back, paid with the next")
    DROPPED = "dropped", _("Given up")


PAYOUT_TRANSITIONS = {
    PayoutState.COMPUTED: (PayoutState.APPROVED, PayoutState.DROPPED),
    PayoutState.APPROVED: (PayoutState.PAID, PayoutState.RETURNED),
    # Banks send transfers back days after they have called them paid.
    PayoutState.PAID: (PayoutState.RETURNED,),
    PayoutState.RETURNED: (),
    PayoutState.DROPPED: (),
}


class TransferState(models.TextChoices):
    """How far one attempt of the bank is."""

    READY = "ready", _("Ready for the bank")
    SENT = "sent", _("With the bank")
    PAID = "paid", _("Paid to the group")
    RETURNED = "returned", _("Came back")
    UNRESOLVED = "unresolved", _("No answer, ask the bank")


TRANSFER_TRANSITIONS = {
    TransferState.READY: (TransferState.SENT,),
    TransferState.SENT: (TransferState.PAID, TransferState.RETURNED, TransferState.UNRESOLVED),
    TransferState.UNRESOLVED: (TransferState.PAID, TransferState.RETURNED),
    TransferState.PAID: (TransferState.RETURNED,),
    TransferState.RETURNED: (),
}
