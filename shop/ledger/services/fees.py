"""Setting what is taken of a price, from a day on. What has been sold stays as it was sold."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from ..models import FeeRule, PaymentFee, ReleasePolicy, VatRegistration


class BeginsTooEarly(Exception):
    """A rule begins after the one it follows; the past is not changed. `from_day` would do."""

    def __init__(self, from_day: date):
        super().__init__(f"not before {from_day}")
        self.from_day = from_day


class NothingOpen(Exception):
    """There is nothing to end."""


@transaction.atomic
def set_fee_rule(
    *,
    percent: Decimal,
    from_day: date,
    fixed: Decimal = Decimal(0),
    minimum: Decimal = Decimal(0),
    most: Decimal | None = None,
    enterprise_id: int | None = None,
    programme: str = "",
    province_code: str = "",
    product_type: str = "",
    by: Any = None,
) -> FeeRule:
    """From this day on the platform takes this much of such lines; the rule before it ends.

    Raises BeginsTooEarly when the rule for exactly the same lines began on that day or later.
    """
    scope = {
        "enterprise_id": enterprise_id,
        "programme": programme,
        "province_code": province_code,
        "product_type": product_type,
    }
    return _follow(
        FeeRule, scope, from_day, by, percent=percent, fixed=fixed, minimum=minimum, most=most
    )


@transaction.atomic
def set_payment_fee(
    *, method: str, percent: Decimal, from_day: date, fixed: Decimal = Decimal(0), by: Any = None
) -> PaymentFee:
    """From this day on paying by this method costs this much. Raises BeginsTooEarly."""
    return _follow(PaymentFee, {"method": method}, from_day, by, percent=percent, fixed=fixed)


@transaction.atomic
def register_vat(
    *,
    enterprise_id: int,
    tax_id: str,
    from_day: date,
    percent: Decimal = Decimal("7.00"),
    by: Any = None,
) -> VatRegistration:
    """The group is registered for VAT from this day on. Raises BeginsTooEarly."""
    return _follow(
        VatRegistration,
        {"enterprise_id": enterprise_id},
        from_day,
        by,
        tax_id=tax_id,
        percent=percent,
    )


@transaction.atomic
def set_release_policy(
    *, product_type: str, days: int, source: str, from_day: date, by: Any = None
) -> ReleasePolicy:
    """Such goods are exempt from withdrawal from this day on, says `source`."""
    return _follow(
        ReleasePolicy, {"product_type": product_type}, from_day, by, days=days, source=source
    )


def end_fee_rule(*, rule_id: int, last_day: date) -> FeeRule:
    """The rule holds until this day, and then the next less specific one."""
    return _end(FeeRule, rule_id, last_day)


def end_vat(*, enterprise_id: int, last_day: date) -> VatRegistration:
    """The group is registered for VAT until this day. Raises NothingOpen."""
    found = VatRegistration.objects.filter(enterprise_id=enterprise_id, valid_until=None).first()
    if found is None:
        raise NothingOpen(f"group {enterprise_id} is not registered")
    return _end(VatRegistration, found.pk, last_day)


def end_release_policy(*, policy_id: int, last_day: date) -> ReleasePolicy:
    """Withdrawal holds for these goods again after this day."""
    return _end(ReleasePolicy, policy_id, last_day)


def _follow(model: Any, scope: dict[str, Any], from_day: date, by: Any, **values: Any) -> Any:
    """The row that holds from this day; the one before ends the day before."""
    before = (
        model.objects.select_for_update(of=("self",))
        .filter(**scope)
        .order_by("-valid_from")
        .first()
    )
    if before is not None:
        if before.valid_from >= from_day:
            raise BeginsTooEarly(before.valid_from + timedelta(days=1))
        if before.valid_until is None or before.valid_until >= from_day:
            before.valid_until = from_day - timedelta(days=1)
            before.save(update_fields=["valid_until"])
        if hasattr(before, "version"):
            values["version"] = before.version + 1
    return model.objects.create(
        **scope, **values, valid_from=from_day, set_by=by if getattr(by, "pk", None) else None
    )


@transaction.atomic
def _end(model: Any, pk: int, last_day: date) -> Any:
    row = model.objects.select_for_update(of=("self",)).get(pk=pk)
    if row.valid_until is not None and row.valid_until <= last_day:
        raise NothingOpen(str(row))
    if last_day < row.valid_from:
        raise BeginsTooEarly(row.valid_from)
    row.valid_until = last_day
    row.save(update_fields=["valid_until"])
    return row
