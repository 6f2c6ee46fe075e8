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
    JobState.QUEUED: (JobState.IN_PRODUCTION, JobState.RELEASED),
    JobState.IN_PRODUCTION: (JobState.FINISHED, JobState.RELEASED),
    JobState.FINISHED: (JobState.PACKED, JobState.RELEASED),
    JobState.PACKED: (JobState.RELEASED,),
    JobState.RELEASED: (),
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
