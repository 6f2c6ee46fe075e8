"""What the group has sold, as it is; no fee and no payout is shown that does not exist."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from producers.workspace.sales import month_of, parts_of_month, sales_of, shared_pay_of
from shop.fulfilment.cancelling import paid_of
from shop.fulfilment.services import balance_of

from .access import group_of, in_group, screen

PER_PAGE = 40


@in_group
@require_safe
def money(request: HttpRequest) -> HttpResponse:
    """One month: what buyers paid, what they have received, what is under way."""
    group, today = group_of(request), timezone.localdate()
    month = month_of(request.GET.get("month", ""), today=today)
    page = Paginator(parts_of_month(group, month), PER_PAGE).get_page(request.GET.get("page"))
    for part in page.object_list:
        part.paid, part.balance = paid_of(part), balance_of(part)
    return screen(
        request,
        "money",
        "money",
        month=month,
        is_this_month=month == month_of("", today=today),
        before=month.before if month_of(month.before.key, today=today) == month.before else None,
        sales=sales_of(group, month),
        shared=shared_pay_of(group),
        page=page,
    )
