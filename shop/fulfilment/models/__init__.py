"""What a part of an order is, by nouns: parts and parcels, delivery, what is shown of the
work."""

from .changes import ChangeRequest, ChangeRequestQuerySet
from .delays import DelayNotice
from .delivery import Carrier, DeliveryMethod, DeliveryRate, Named, RemotePlace, Zone
from .instalments import BALANCE, FIRST, Instalment
from .parts import Fulfilment, FulfilmentLine, FulfilmentQuerySet, Parcel
from .quotes import CustomRequest, CustomRequestQuerySet, Quote, QuoteLine, RequestPhoto
from .work import JobUpdate, Proof, ProofQuerySet

__all__ = [
    "BALANCE",
    "FIRST",
    "Carrier",
    "ChangeRequest",
    "ChangeRequestQuerySet",
    "CustomRequest",
    "CustomRequestQuerySet",
    "DelayNotice",
    "DeliveryMethod",
    "DeliveryRate",
    "Fulfilment",
    "FulfilmentLine",
    "FulfilmentQuerySet",
    "Instalment",
    "JobUpdate",
    "Named",
    "Parcel",
    "Proof",
    "ProofQuerySet",
    "Quote",
    "QuoteLine",
    "RemotePlace",
    "RequestPhoto",
    "Zone",
]
