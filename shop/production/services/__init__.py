"""What is done with capacity, by nouns: holding it, workshops and their days, jobs."""

from .capacity import (
    NoCapacity,
    Wanted,
    cancel_jobs,
    hold_capacity,
    is_capacity_held,
    release_capacity,
    take_capacity,
)
from .jobs import approve_job, finish_jobs, pack_jobs, start_jobs
from .workshops import (
    close_days,
    open_days,
    open_slots,
    open_workshop,
    replan_workshop,
    roll_forward,
    set_making,
    set_pattern,
)

__all__ = [
    "NoCapacity",
    "Wanted",
    "approve_job",
    "cancel_jobs",
    "close_days",
    "finish_jobs",
    "hold_capacity",
    "is_capacity_held",
    "open_days",
    "open_slots",
    "open_workshop",
    "pack_jobs",
    "release_capacity",
    "replan_workshop",
    "roll_forward",
    "set_making",
    "set_pattern",
    "start_jobs",
    "take_capacity",
]
