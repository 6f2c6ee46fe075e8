"""The words for one group's part of an order, and which step follows which."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FulfilmentState(models.TextChoices):
    PLACED = "placed", _("Waiting for the group")
    ACCEPTED = "accepted", _("Accepted")
    STARTED = "started", _("Being made")
    PACKED = "packed", _("Packed")
    DISPATCHED = "dispatched", _("Sent")
    RECEIVED = "received", _("Received")
    DECLINED = "declined", _("Declined and refunded")
    CANCELLED = "cancelled", _("Cancelled and refunded")


TRANSITIONS = {
    FulfilmentState.PLACED: (
        FulfilmentState.ACCEPTED,
        FulfilmentState.DECLINED,
        FulfilmentState.CANCELLED,
    ),
    FulfilmentState.ACCEPTED: (
        FulfilmentState.STARTED,
        FulfilmentState.PACKED,
        FulfilmentState.DECLINED,
        FulfilmentState.CANCELLED,
    ),
    # Cancelled after the start: by the agreed ladder, or whole because of a delay.
    FulfilmentState.STARTED: (
        FulfilmentState.PACKED,
        FulfilmentState.DECLINED,
        FulfilmentState.CANCELLED,
    ),
    FulfilmentState.PACKED: (
        FulfilmentState.DISPATCHED,
        FulfilmentState.DECLINED,
        FulfilmentState.CANCELLED,
    ),
    FulfilmentState.DISPATCHED: (FulfilmentState.RECEIVED,),
    FulfilmentState.RECEIVED: (),
    FulfilmentState.DECLINED: (),
    FulfilmentState.CANCELLED: (),
}

#: What taking back a wrong tap undoes (`services.mistakes`), and nothing else does.
STEPS_BACK = {
    FulfilmentState.STARTED: (FulfilmentState.ACCEPTED,),
    FulfilmentState.PACKED: (FulfilmentState.STARTED,),
}

#: Nothing more will happen to a part in these states.
ENDED = (FulfilmentState.RECEIVED, FulfilmentState.DECLINED, FulfilmentState.CANCELLED)
#: These parts will not reach the buyer; their money goes back.
UNDONE = (FulfilmentState.DECLINED, FulfilmentState.CANCELLED)
#: The group has something to do.
WITH_GROUP = (
    FulfilmentState.PLACED,
    FulfilmentState.ACCEPTED,
    FulfilmentState.STARTED,
    FulfilmentState.PACKED,
)
#: Where a part stands while its jobs go on.
AT_WORK = (FulfilmentState.ACCEPTED, FulfilmentState.STARTED)


#: Accepted and not sent yet.
IN_WORK = (FulfilmentState.ACCEPTED, FulfilmentState.STARTED, FulfilmentState.PACKED)


class ProblemState(models.TextChoices):
    """How the problem stands that a buyer has told of with a parcel."""

    OPEN = "open", _("The office looks at it")
    SETTLED = "settled", _("Settled")


class DelayReason(models.TextChoices):
    """Why a group needs longer."""

    RAIN = "rain", _("Rain or flood")
    HARVEST = "harvest", _("Harvest")
    FUNERAL = "funeral", _("A funeral in the village")
    ILLNESS = "illness", _("Illness")
    MATERIAL = "material", _("The material is late")
    OTHER = "other", _("Something else")


class DelayState(models.TextChoices):
    """What became of a notice of delay. Silence means that the buyer waits."""

    ASKED = "asked", _("The buyer is asked")
    WAITS = "waits", _("The buyer waits")
    CHANGES = "changes", _("The buyer asks for a change")
    CANCELLED = "cancelled", _("The buyer has cancelled")
    OVERTAKEN = "overtaken", _("Sent or ended before an answer")


DELAY_TRANSITIONS = {
    DelayState.ASKED: (
        DelayState.WAITS,
        DelayState.CHANGES,
        DelayState.CANCELLED,
        DelayState.OVERTAKEN,
    ),
    DelayState.WAITS: (),
    # The change came to nothing: the notice waits for an answer again.
    DelayState.CHANGES: (DelayState.ASKED,),
    DelayState.CANCELLED: (),
    DelayState.OVERTAKEN: (),
}


class InstalmentState(models.TextChoices):
    """How one payment of a part stands."""

    DUE_LATER = "due_later", _("To be paid when finished")
    DUE = "due", _("To be paid now")
    PAID = "paid", _("Paid")
    WAIVED = "waived", _("Not to be paid any more")
    DEFAULTED = "defaulted", _("Not paid in time")


INSTALMENT_TRANSITIONS = {
    InstalmentState.DUE_LATER: (InstalmentState.DUE, InstalmentState.WAIVED),
    InstalmentState.DUE: (
        InstalmentState.PAID,
        InstalmentState.WAIVED,
        InstalmentState.DEFAULTED,
    ),
    InstalmentState.PAID: (),
    InstalmentState.WAIVED: (),
    InstalmentState.DEFAULTED: (),
}
#: Finished by mistake: what was asked for is due later again.
INSTALMENTS_BACK = {InstalmentState.DUE: (InstalmentState.DUE_LATER,)}
#: The buyer has not given this money yet.
UNPAID = (InstalmentState.DUE_LATER, InstalmentState.DUE)


class ChangeState(models.TextChoices):
    """How far a buyer's request for a change of an order is. Whatever ends it without being made
    leaves the order as it was."""

    ASKED = "asked", _("Waiting for the group's price")
    PRICED = "priced", _("Waiting for the buyer's yes")
    ACCEPTED = "accepted", _("Accepted, to be paid")
    DONE = "done", _("Changed")
    REFUSED = "refused", _("Refused by the group")
    WITHDRAWN = "withdrawn", _("Withdrawn by the buyer")
    LAPSED = "lapsed", _("Its time ran out")
    OVERTAKEN = "overtaken", _("Packed or ended before it was agreed")


#: A price may be changed until it is accepted; then only the buyer's payment is awaited.
CHANGE_TRANSITIONS = {
    ChangeState.ASKED: (
        ChangeState.PRICED,
        ChangeState.REFUSED,
        ChangeState.WITHDRAWN,
        ChangeState.LAPSED,
        ChangeState.OVERTAKEN,
    ),
    ChangeState.PRICED: (
        ChangeState.PRICED,
        ChangeState.ACCEPTED,
        ChangeState.REFUSED,
        ChangeState.WITHDRAWN,
        ChangeState.LAPSED,
        ChangeState.OVERTAKEN,
    ),
    ChangeState.ACCEPTED: (
        ChangeState.DONE,
        ChangeState.WITHDRAWN,
        ChangeState.LAPSED,
        ChangeState.OVERTAKEN,
    ),
    ChangeState.DONE: (),
    ChangeState.REFUSED: (),
    ChangeState.WITHDRAWN: (),
    ChangeState.LAPSED: (),
    ChangeState.OVERTAKEN: (),
}
#: Something can still come of it.
CHANGE_OPEN = (ChangeState.ASKED, ChangeState.PRICED, ChangeState.ACCEPTED)
#: The buyer has to say or do something.
CHANGE_WITH_BUYER = (ChangeState.PRICED, ChangeState.ACCEPTED)
#: Until it is packed, an order can be changed.
CAN_BE_CHANGED = (FulfilmentState.PLACED, *AT_WORK)


class OrderStatus(models.TextChoices):
    """What a whole order is called; derived by `order_status`, never stored by hand."""

    WAITING = "waiting", _("Waiting for the groups")
    IN_WORK = "in_work", _("In the makers' hands")
    PARTLY_SENT = "partly_sent", _("Partly sent")
    SENT = "sent", _("Sent")
    RECEIVED = "received", _("Received")
    CANCELLED = "cancelled", _("Cancelled")


def order_status(states: list[str]) -> OrderStatus:
    """The status of an order whose parts are in `states`. Parts undone do not count."""
    alive = [state for state in states if state not in UNDONE]
    if not alive:
        return OrderStatus.CANCELLED
    gone = [s for s in alive if s in (FulfilmentState.DISPATCHED, FulfilmentState.RECEIVED)]
    if len(gone) == len(alive):
        received = all(state == FulfilmentState.RECEIVED for state in alive)
        return OrderStatus.RECEIVED if received else OrderStatus.SENT
    if gone:
        return OrderStatus.PARTLY_SENT
    if all(state == FulfilmentState.PLACED for state in alive):
        return OrderStatus.WAITING
    return OrderStatus.IN_WORK


class ProofKind(models.TextChoices):
    """What a group shows before it begins."""

    PHOTO = "photo", _("Photo or drawing")
    SAMPLE = "sample", _("Sample, described in words")


class ProofState(models.TextChoices):
    SENT = "sent", _("Waiting for the buyer")
    APPROVED = "approved", _("Approved")
    CHANGE_ASKED = "change_asked", _("Change asked for")
    WITHDRAWN = "withdrawn", _("Replaced or withdrawn")


#: A change that is no longer free may be declined: then the version waits for the buyer again.
#: An approved version is withdrawn when something else is agreed on (an accepted change).
PROOF_TRANSITIONS = {
    ProofState.SENT: (ProofState.APPROVED, ProofState.CHANGE_ASKED, ProofState.WITHDRAWN),
    ProofState.CHANGE_ASKED: (ProofState.SENT,),
    ProofState.APPROVED: (ProofState.WITHDRAWN,),
    ProofState.WITHDRAWN: (),
}
#: Changes of one line's proof that cost the buyer nothing and that a group cannot refuse.
FREE_CHANGES = 2


class Side(models.TextChoices):
    """Who made one version of a quote."""

    BUYER = "buyer", _("Buyer")
    GROUP = "group", _("Producer group")


class RequestState(models.TextChoices):
    """How far a custom request is."""

    ASKED = "asked", _("Waiting for the group's quote")
    QUOTED = "quoted", _("Quoted")
    COUNTERED = "countered", _("The buyer proposes something else")
    ACCEPTED = "accepted", _("Accepted, to be paid")
    ORDERED = "ordered", _("Ordered")
    DECLINED = "declined", _("Declined by the group")
    WITHDRAWN = "withdrawn", _("Withdrawn by the buyer")
    LAPSED = "lapsed", _("Its time ran out")


REQUEST_TRANSITIONS = {
    RequestState.ASKED: (
        RequestState.QUOTED,
        RequestState.DECLINED,
        RequestState.WITHDRAWN,
        RequestState.LAPSED,
    ),
    RequestState.QUOTED: (
        RequestState.COUNTERED,
        RequestState.ACCEPTED,
        RequestState.DECLINED,
        RequestState.WITHDRAWN,
        RequestState.LAPSED,
    ),
    RequestState.COUNTERED: (
        RequestState.QUOTED,
        RequestState.DECLINED,
        RequestState.WITHDRAWN,
        RequestState.LAPSED,
    ),
    # Paid in the last moment is ordered, whatever was decided meanwhile.
    RequestState.ACCEPTED: (
        RequestState.ORDERED,
        RequestState.WITHDRAWN,
        RequestState.LAPSED,
    ),
    RequestState.WITHDRAWN: (RequestState.ORDERED,),
    RequestState.LAPSED: (RequestState.ORDERED,),
    RequestState.DECLINED: (),
    RequestState.ORDERED: (),
}
#: The group has to say something.
REQUEST_WITH_GROUP = (RequestState.ASKED, RequestState.COUNTERED)
#: Something can still come of it.
REQUEST_OPEN = (*REQUEST_WITH_GROUP, RequestState.QUOTED, RequestState.ACCEPTED)
