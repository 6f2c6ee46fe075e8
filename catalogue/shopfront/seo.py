"""What search engines and shared links learn of a page.

Structured data follows schema.org; it tells only what the page shows too, and of certificates
only those that may be shown today (domain: badge rules).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.text import Truncator

from cms.pictures import address_of
from producers.models import Certificate, Enterprise

from .details import ProductDetails, Selling

SCHEMA = "https://schema.org"
LONGEST_DESCRIPTION = 155
SHARED_WIDTH = 1200
#: A name and the path it leads to; a path may be missing for the page itself.
Crumb = tuple[Any, str]


@dataclass(frozen=True)
class PageMeta:
    """The head of a page: words, addresses, a picture, data for machines."""

    title: str
    description: str = ""
    picture: str = ""
    kind: str = "website"
    index: bool = True
    suffix: str = ""  # what canonical and hreflang addresses carry after the path
    data: Sequence[dict[str, Any]] = field(default_factory=tuple)

    @property
    def short_description(self) -> str:
        return Truncator(" ".join(self.description.split())).chars(LONGEST_DESCRIPTION)


def full(path: str) -> str:
    """The whole address of a path; media on another host have one already."""
    return path if path.startswith(("http://", "https://")) else f"{settings.SITE_URL}{path}"


def picture_address(picture: Any) -> str:
    """A whole address of a prepared picture, or nothing."""
    path = address_of(picture, width=SHARED_WIDTH) if picture is not None else ""
    return full(path) if path else ""


def breadcrumbs(crumbs: Iterable[Crumb]) -> dict[str, Any]:
    """The way from the home page to this one."""
    return {
        "@context": SCHEMA,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": str(name), "item": full(path)}
            for position, (name, path) in enumerate(crumbs, 1)
        ],
    }


def product_data(details: ProductDetails) -> dict[str, Any]:
    """The product, its offers, and its certificates of today."""
    product = details.product
    pictures = [picture_address(picture) for picture in details.pictures]
    data: dict[str, Any] = {
        "@context": SCHEMA,
        "@type": "Product",
        "@id": f"{full(product.get_absolute_url())}#product",
        "name": product.name,
        "description": " ".join(product.text.split())[:5000],
        "image": [address for address in pictures if address],
        "category": product.get_otop_type_display(),
        "brand": {"@type": "Brand", "name": details.enterprise.name},
        "manufacturer": _maker(details.enterprise),
        "countryOfOrigin": "TH",
        "weight": {"@type": "QuantitativeValue", "value": product.weight_g, "unitCode": "GRM"},
    }
    if details.sellings:
        data["offers"] = _offers(details)
    if details.certificates:
        data["hasCertification"] = [_certification(each) for each in details.certificates]
    return data


def group_data(enterprise: Enterprise, certificates: Iterable[Certificate]) -> dict[str, Any]:
    """The group as an organisation, with its place."""
    place = enterprise.place
    data: dict[str, Any] = {
        "@context": SCHEMA,
        **_maker(enterprise),
        "description": enterprise.about,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": str(place.tambon),
            "addressLocality": str(place.amphoe),
            "addressRegion": str(place.province),
            "postalCode": place.postcodes[0] if place.postcodes else "",
            "addressCountry": "TH",
        },
        "memberOf": {"@type": "Organization", "name": "ตลาดลอยฟ้า · Talat Loi Fa"},
    }
    if address := picture_address(enterprise.picture):
        data["image"] = address
    if proofs := [_certification(each) for each in certificates]:
        data["hasCertification"] = proofs
    return data


def _maker(enterprise: Enterprise) -> dict[str, Any]:
    address = full(reverse("shopfront:group", args=[enterprise.slug]))
    return {
        "@type": "Organization",
        "@id": f"{address}#group",
        "name": enterprise.name,
        "url": address,
    }


def _offers(details: ProductDetails) -> dict[str, Any]:
    offers = [_offer(selling, details) for selling in details.sellings]
    if len(offers) == 1:
        return offers[0]
    prices = [selling.price for selling in details.buyable or details.sellings]
    return {
        "@type": "AggregateOffer",
        "priceCurrency": "THB",
        "lowPrice": f"{min(prices):f}",
        "highPrice": f"{max(prices):f}",
        "offerCount": len(offers),
        "offers": offers,
    }


def _offer(selling: Selling, details: ProductDetails) -> dict[str, Any]:
    offer = {
        "@type": "Offer",
        "url": full(details.product.get_absolute_url()),
        "priceCurrency": "THB",
        "price": f"{selling.price:f}",
        "availability": f"{SCHEMA}/{_availability(selling)}",
        "itemCondition": f"{SCHEMA}/NewCondition",
        "seller": {"@type": "Organization", "name": details.enterprise.name},
    }
    if selling.product.is_child:
        offer["name"] = selling.product.name
    return offer


def _availability(selling: Selling) -> str:
    if not selling.can_be_bought:
        return "OutOfStock"
    if selling.made_to_order:
        return "MadeToOrder"
    return "LimitedAvailability" if selling.pieces_left else "InStock"


def _certification(certificate: Certificate) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "Certification",
        "name": str(certificate.get_scheme_display()),
        "certificationIdentification": certificate.number or certificate.certificate_number,
        "certificationStatus": f"{SCHEMA}/CertificationActive",
    }
    if certificate.issued_on:
        found["validFrom"] = certificate.issued_on.isoformat()
    if certificate.expires_on:
        found["expires"] = certificate.expires_on.isoformat()
    return found
