"""What the ledger has written stays: the models say so, and the database itself."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from shop.ledger.facts import RefundLine
from shop.ledger.models import LedgerEntry, LedgerEvent, Reversal, SaleLine, WrittenOnce
from shop.ledger.services import record_refund
from tests.factories.goods import make_enterprise
from tests.ledger.selling import everything, sell

pytestmark = pytest.mark.django_db

MODELS = [LedgerEvent, LedgerEntry, SaleLine, Reversal]
TABLES = [model._meta.db_table for model in MODELS]


@pytest.fixture(autouse=True)
def _written():
    sell((make_enterprise(), ["450.00"]))
    record_refund(cause="x", lines=[RefundLine(SaleLine.objects.get().pk, Decimal("50.00"))])


@pytest.mark.parametrize("model", MODELS)
def test_the_models_refuse(model):
    before, row = everything(), model.objects.first()
    for change in (
        row.save,
        row.delete,
        model.objects.all().delete,
        lambda: model.objects.update(pk=99),
        lambda: model.objects.filter(pk=row.pk).update(pk=99),
        lambda: model.objects.bulk_update([row], ["id"]),
        lambda: model.objects.update_or_create(pk=row.pk),
        lambda: model.objects.bulk_create([row], update_conflicts=True),
    ):
        with pytest.raises(WrittenOnce):
            change()
    assert everything() == before


@pytest.mark.parametrize("model", MODELS)
def test_the_database_refuses(model):
    """Past the models: the base manager, and plain SQL."""
    before = everything()
    table = model._meta.db_table
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
            connection.cursor().execute(statement)
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        model._base_manager.update(id=99)
    assert everything() == before


@pytest.mark.postgresql
@pytest.mark.parametrize("table", TABLES)
def test_postgresql_refuses_to_empty_the_tables(table):
    before = everything()
    connection.check_constraints()  # else PostgreSQL refuses because they wait
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        connection.cursor().execute(f"TRUNCATE {table} CASCADE")
    assert everything() == before


@pytest.mark.postgresql
def test_postgresql_refuses_entries_that_do_not_sum_to_zero():
    event = LedgerEvent.objects.create(kind="fund", cause="by hand")
    before = everything()

    def entries(*amounts):
        return [
            LedgerEntry(event=event, account="platform_fee", amount=Decimal(amount))
            for amount in amounts
        ]

    with pytest.raises(IntegrityError, match="do not sum to zero"), transaction.atomic():
        LedgerEntry.objects.bulk_create(entries("5.00", "-4.99"))
    with pytest.raises(IntegrityError, match="do not sum to zero"), transaction.atomic():
        entries("5.00")[0].save()
    assert everything() == before
    LedgerEntry.objects.bulk_create(entries("5.00", "-5.00"))


def test_the_database_wants_parts_that_are_the_price():
    line = SaleLine.objects.get()
    line.pk, line.part_id, line.line_id, line.sold_as = None, 9, None, "delivery"
    line._state.adding = True
    line.share -= Decimal("0.01")
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save()


def test_an_entry_of_nothing_or_of_nobody_is_refused():
    event = LedgerEvent.objects.create(kind="fund", cause="by hand")
    for facts in (
        {"account": "platform_fee", "amount": Decimal("0.00")},
        {"account": "releasable", "amount": Decimal("-1.00")},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            LedgerEntry.objects.bulk_create([LedgerEntry(event=event, **facts)])
