"""What a group can make and when, and the orders that neighbours share."""

from .check_ins import CheckIn, CheckInQuerySet
from .clusters import (
    ClusterOrder,
    ClusterOrderQuerySet,
    ClusterPart,
    ClusterPartQuerySet,
    MemberMaking,
    villages_of,
)
from .waiting import WaitingEntry, WaitingEntryQuerySet
from .workshops import (
    BUFFER_OF_NEW_GROUPS,
    HORIZON_DAYS,
    TERMS_FIELDS,
    HandOver,
    HowItIsMade,
    Job,
    JobQuerySet,
    MadeToOrderTerms,
    MadeToOrderTermsQuerySet,
    ProcessingProfile,
    ProductionSlot,
    PublicHoliday,
    SlotAllocation,
    Workshop,
    WorkshopException,
    WorkshopQuerySet,
)

__all__ = [
    "BUFFER_OF_NEW_GROUPS",
    "HORIZON_DAYS",
    "TERMS_FIELDS",
    "CheckIn",
    "CheckInQuerySet",
    "ClusterOrder",
    "ClusterOrderQuerySet",
    "ClusterPart",
    "ClusterPartQuerySet",
    "HandOver",
    "HowItIsMade",
    "Job",
    "JobQuerySet",
    "MadeToOrderTerms",
    "MadeToOrderTermsQuerySet",
    "MemberMaking",
    "ProcessingProfile",
    "ProductionSlot",
    "PublicHoliday",
    "SlotAllocation",
    "WaitingEntry",
    "WaitingEntryQuerySet",
    "Workshop",
    "WorkshopException",
    "WorkshopQuerySet",
    "villages_of",
]
