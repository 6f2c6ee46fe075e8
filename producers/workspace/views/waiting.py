"""Who waits for what: how many pieces, since when."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from shop.oscar.partner.models import StockRecord
from shop.production.models import WaitingEntry

from .access import group_of, in_group, screen


@in_group
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """What people wait for, the longest wait first; nobody's name or address is shown."""
    rows = list(WaitingEntry.objects.by_goods(group_of(request)))
    records = StockRecord.objects.select_related("product__parent").in_bulk(
        [row["stockrecord"] for row in rows]
    )
    shown = [{**row, "product": records[row["stockrecord"]].product} for row in rows]
    return screen(request, "waiting", "products", rows=shown)
