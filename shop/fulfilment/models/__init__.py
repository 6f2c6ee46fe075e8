"""What a part of an order is, by nouns: parts and parcels, delivery."""

from .delivery import Carrier, DeliveryMethod, DeliveryRate, Named, RemotePlace, Zone
from .parts import Fulfilment, FulfilmentLine, FulfilmentQuerySet, Parcel

__all__ = [
    "Carrier",
    "DeliveryMethod",
    "DeliveryRate",
    "Fulfilment",
    "FulfilmentLine",
    "FulfilmentQuerySet",
    "Named",
    "Parcel",
    "RemotePlace",
    "Zone",
]
