"""The words of making: how capacity is counted, what was agreed, how far a job is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Unit(models.TextChoices):
    """What a workshop's capacity is counted in."""

    PIECE = "piece", _("pieces")
    HOUR = "hour", _("hours")
    BATCH = "batch", _("batches")


class Makes(models.TextChoices):
    READY_FIRST = "ready_first", _("Ready pieces first, then made")
    ALWAYS = "always", _("Always made after the order")


class ProofPolicy(models.TextChoices):
    """What the buyer approves before the work begins."""

    NONE = "none", _("No proof")
    PHOTO = "photo", _("A photo or drawing")
    SAMPLE = "sample", _("A sample piece")


class PaymentPlan(models.TextChoices):
    FULL = "full", _("All when ordering")
    DEPOSIT = "deposit", _("Half when ordering, half when finished")


class Ladder(models.TextChoices):
    """How much of the goods' price comes back when a buyer cancels after the work began."""

    GENTLE = "gentle", _("Half back until it is finished")
    STRICT = "strict", _("Nothing back once it has been started")


#: Ladder → stages in order, each with the percent of the goods' price that comes back before it
#: is reached. Before "started" everything always comes back (domain: rules a Thai shop keeps).
LADDER_STEPS: dict[str, tuple[tuple[str, int], ...]] = {
    Ladder.GENTLE: (("started", 100), ("finished", 50)),
    Ladder.STRICT: (("started", 100),),
}


class JobState(models.TextChoices):
    """How far one line's work is. `held` is not sold yet; `waiting` waits for an approved proof."""

    HELD = "held", _("Held for a payment")
    WAITING = "waiting", _("Waiting for the buyer's approval")
    QUEUED = "queued", _("Queued")
    IN_PRODUCTION = "in_production", _("Being made")
    FINISHED = "finished", _("Finished")
    PACKED = "packed", _("Packed")
    RELEASED = "released", _("Released")


JOB_TRANSITIONS = {
    JobState.HELD: (JobState.WAITING, JobState.QUEUED, JobState.RELEASED),
    JobState.WAITING: (JobState.QUEUED, JobState.RELEASED),
    # Waiting again: an accepted change of its answers needs a new proof.
    JobState.QUEUED: (JobState.IN_PRODUCTION, JobState.WAITING, JobState.RELEASED),
    JobState.IN_PRODUCTION: (JobState.FINISHED, JobState.RELEASED),
    JobState.FINISHED: (JobState.PACKED, JobState.RELEASED),
    JobState.PACKED: (JobState.RELEASED,),
    JobState.RELEASED: (),
}
#: What taking back a wrong tap undoes (`services.jobs.take_back_job`), and nothing else does.
JOB_STEPS_BACK = {
    JobState.IN_PRODUCTION: (JobState.QUEUED,),
    JobState.FINISHED: (JobState.IN_PRODUCTION,),
    JobState.PACKED: (JobState.FINISHED,),
}
#: Work that still needs its days.
UNMADE = (JobState.HELD, JobState.WAITING, JobState.QUEUED, JobState.IN_PRODUCTION)
#: Work nobody has begun; days that passed without it must be found again.
NOT_BEGUN = (JobState.HELD, JobState.WAITING, JobState.QUEUED)


class Answer(models.TextChoices):
    """What a group answers to the weekly question."""

    YES = "yes", _("Yes")
    FEWER = "fewer", _("Fewer")
    CLOSED = "closed", _("Closed")


class ClusterOrderState(models.TextChoices):
    """How far a cluster's order is. `short`: some pieces have no group that can make them."""

    OFFERED = "offered", _("Offered to the groups")
    SHORT = "short", _("Pieces without a group")
    AGREED = "agreed", _("All parts accepted")
    GATHERED = "gathered", _("All parts gathered")
    CANCELLED = "cancelled", _("Cancelled")


CLUSTER_ORDER_TRANSITIONS = {
    ClusterOrderState.OFFERED: (
        ClusterOrderState.SHORT,
        ClusterOrderState.AGREED,
        ClusterOrderState.CANCELLED,
    ),
    ClusterOrderState.SHORT: (ClusterOrderState.OFFERED, ClusterOrderState.CANCELLED),
    ClusterOrderState.AGREED: (
        ClusterOrderState.OFFERED,
        ClusterOrderState.SHORT,
        ClusterOrderState.GATHERED,
        ClusterOrderState.CANCELLED,
    ),
    ClusterOrderState.GATHERED: (),
    ClusterOrderState.CANCELLED: (),
}

#: Every piece of it has a village, so that its day can be promised.
PROMISED_BY_VILLAGES = (ClusterOrderState.OFFERED, ClusterOrderState.AGREED)


class SampleState(models.TextChoices):
    """The sample piece of a cluster's order, which the buyer approves before all others."""

    NOT_NEEDED = "not_needed", _("No sample")
    AWAITED = "awaited", _("The sample is being made")
    SHOWN = "shown", _("The buyer looks at the sample")
    APPROVED = "approved", _("The sample is approved")


SAMPLE_TRANSITIONS = {
    SampleState.NOT_NEEDED: (),
    SampleState.AWAITED: (SampleState.SHOWN,),
    SampleState.SHOWN: (SampleState.AWAITED, SampleState.APPROVED),
    SampleState.APPROVED: (),
}


class ClusterPartState(models.TextChoices):
    """How far one group's part of a cluster's order is."""

    OFFERED = "offered", _("Offered")
    ACCEPTED = "accepted", _("Accepted")
    IN_WORK = "in_work", _("Being made")
    HANDED_OVER = "handed_over", _("Handed to the lead")
    CHECKED_OK = "checked_ok", _("Checked and good")
    REWORK = "rework", _("To be worked over")
    DECLINED = "declined", _("Declined")
    LAPSED = "lapsed", _("Not answered in time")
    WITHDRAWN = "withdrawn", _("Withdrawn")


CLUSTER_PART_TRANSITIONS = {
    ClusterPartState.OFFERED: (
        ClusterPartState.ACCEPTED,
        ClusterPartState.DECLINED,
        ClusterPartState.LAPSED,
        ClusterPartState.WITHDRAWN,
    ),
    ClusterPartState.ACCEPTED: (
        ClusterPartState.IN_WORK,
        ClusterPartState.DECLINED,
        ClusterPartState.WITHDRAWN,
    ),
    ClusterPartState.IN_WORK: (ClusterPartState.HANDED_OVER,),
    ClusterPartState.HANDED_OVER: (ClusterPartState.CHECKED_OK, ClusterPartState.REWORK),
    ClusterPartState.REWORK: (ClusterPartState.HANDED_OVER,),
    ClusterPartState.CHECKED_OK: (),
    ClusterPartState.DECLINED: (),
    ClusterPartState.LAPSED: (),
    ClusterPartState.WITHDRAWN: (),
}
#: These parts will not be made; their pieces are no longer theirs.
PART_GIVEN_UP = (
    ClusterPartState.DECLINED,
    ClusterPartState.LAPSED,
    ClusterPartState.WITHDRAWN,
)
#: Nobody has begun these parts.
PART_NOT_BEGUN = (ClusterPartState.OFFERED, ClusterPartState.ACCEPTED)


class WaitingState(models.TextChoices):
    """How far somebody is who waits for days that are full now."""

    WAITING = "waiting", _("Waiting")
    OFFERED = "offered", _("Days are kept")
    TAKEN = "taken", _("Ordered")
    LAPSED = "lapsed", _("Not taken in time")
    LEFT = "left", _("Left the list")


WAITING_TRANSITIONS = {
    WaitingState.WAITING: (WaitingState.OFFERED, WaitingState.LEFT),
    WaitingState.OFFERED: (
        WaitingState.TAKEN,
        WaitingState.LAPSED,
        WaitingState.LEFT,
        # The group closed the days that were kept: the entry has its place again.
        WaitingState.WAITING,
    ),
    WaitingState.TAKEN: (),
    WaitingState.LAPSED: (),
    WaitingState.LEFT: (),
}
#: Entries that still hope for days.
STILL_WAITING = (WaitingState.WAITING, WaitingState.OFFERED)
