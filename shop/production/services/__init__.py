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
from .check_ins import (
    MoreThanAsked,
    WeekIsOver,
    answer_check_in,
    ask_groups,
    remind_groups,
    say_as_usual,
    tell_silent_groups,
)
from .days import buffer_from, note_hand_over, roll_workshops
from .holidays import load_holidays, reckon_workshops, remove_holiday, set_holiday
from .jobs import approve_job, finish_jobs, pack_jobs, start_jobs
from .postponing import days_needed, postpone_jobs
from .profiles import (
    NameTaken,
    NotTheirWorkshop,
    change_profile,
    save_profile,
    set_making_of,
    try_closing,
)
from .summing import sum_up_all, sum_up_changed, sum_up_sendable
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
    "MoreThanAsked",
    "NameTaken",
    "NoCapacity",
    "NotTheirWorkshop",
    "Wanted",
    "WeekIsOver",
    "answer_check_in",
    "approve_job",
    "ask_groups",
    "buffer_from",
    "cancel_jobs",
    "change_profile",
    "close_days",
    "days_needed",
    "finish_jobs",
    "hold_capacity",
    "is_capacity_held",
    "load_holidays",
    "note_hand_over",
    "open_days",
    "open_slots",
    "open_workshop",
    "pack_jobs",
    "postpone_jobs",
    "reckon_workshops",
    "release_capacity",
    "remind_groups",
    "remove_holiday",
    "replan_workshop",
    "roll_forward",
    "roll_workshops",
    "save_profile",
    "say_as_usual",
    "set_holiday",
    "set_making",
    "set_making_of",
    "set_pattern",
    "start_jobs",
    "sum_up_all",
    "sum_up_changed",
    "sum_up_sendable",
    "take_capacity",
    "tell_silent_groups",
    "try_closing",
]
