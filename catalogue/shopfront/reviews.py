"""What buyers think of a product, as its page tells it; none, one or two statements."""

from dataclasses import dataclass
from typing import Any

from shop.care.models import Review

from .paging import Pages

PER_PAGE = 5


@dataclass(frozen=True, slots=True)
class ShownReviews:
    """The reviews of one page of the list, and what all of them say together."""

    count: int
    average: float
    reviews: list[Review]
    pages: Pages

    @property
    def rounded(self) -> int:
        """Whole stars of the average."""
        return int(self.average + 0.5)


def reviews_of(product: Any, *, page: str = "") -> ShownReviews:
    """The newest first; a page that does not exist is the first.

    The product is annotated with `review_sums`, so that one without reviews costs no statement.
    """
    published = Review.objects.published().of_product(product.pk)
    count = product.review_count or 0
    average = product.review_stars / count if count else 0.0
    last = max(1, -(-count // PER_PAGE))
    here = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    here = here if 1 <= here <= last else 1
    start = (here - 1) * PER_PAGE
    page_of_them = published[start : start + PER_PAGE]
    shown = page_of_them.with_photos_where_any() if count else []
    pages = Pages(here, count, lambda number: f"?reviews={number}#reviews", PER_PAGE)
    return ShownReviews(count, average, shown, pages)


def review_data(reviews: ShownReviews) -> dict[str, Any]:
    """For search engines; nothing where there is no review."""
    if not reviews.count:
        return {}
    return {
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": f"{reviews.average:.1f}",
            "reviewCount": reviews.count,
            "bestRating": 5,
            "worstRating": 1,
        },
        "review": [_review(each) for each in reviews.reviews],
    }


def _review(review: Review) -> dict[str, Any]:
    assert review.published_at is not None
    return {
        "@type": "Review",
        "author": {"@type": "Person", "name": review.shown_name or "ผู้ซื้อ"},
        "datePublished": review.published_at.date().isoformat(),
        "reviewBody": review.text,
        "reviewRating": {"@type": "Rating", "ratingValue": review.stars, "bestRating": 5},
    }
