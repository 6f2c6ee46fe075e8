"""A market in which anything happens in any order; the ledger must add up after every step."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from producers.models import Enterprise
from shop.core.models import User
from shop.core.money import ZERO, baht
from shop.core.states import MoveNotAllowed
from shop.ledger import services as ledger
from shop.ledger.facts import RefundLine
from shop.ledger.models import (
    Earning,
    LedgerEntry,
    LedgerEvent,
    Payout,
    PayoutBatch,
    Reversal,
    SaleLine,
    Transfer,
)
from shop.ledger.services import (
    BeginsTooEarly,
    CauseMeansOther,
    FundIsShort,
    MoreThanLeft,
    NoAdvance,
    NothingToPay,
    NotOpen,
    NotOwedSoMuch,
    NotToBeReleased,
    PreviewIsOld,
)
from shop.ledger.services.refunds import left_of
from shop.ledger.states import OF_GROUPS, Account, EventKind, FeeBearer, Payer
from tests.ledger.crashing import dying
from tests.ledger.selling import SOLD_AT, check, everything, sale_of

REFUSALS = (
    BeginsTooEarly,
    CauseMeansOther,
    FundIsShort,
    MoreThanLeft,
    NoAdvance,
    NotOpen,
    NotOwedSoMuch,
    NotToBeReleased,
    NothingToPay,
    PreviewIsOld,
    MoveNotAllowed,
)


class Market:
    """Groups, a clock, and one step after the other, each with deaths and a repetition."""

    def __init__(self, groups: list[Enterprise], officers: list[User], chance: random.Random):
        self.groups, self.officers, self.chance = groups, officers, chance
        self.paid: dict[int, Decimal] = {group.pk: ZERO for group in groups}
        self.now: datetime = SOLD_AT
        self.count = 0
        #: What the buyers' and the provider's accounts must be, kept beside the ledger.
        self.buyer = self.provider = self.bank = ZERO
        #: What groups were given or gave beyond their sales (kindness, repaid and waived debts).
        self.beyond = ZERO
        self.to_send: list[tuple[str, Decimal, int]] = []
        self.sent: list[tuple[str, Decimal, int]] = []
        self.disputes: dict[str, tuple[Decimal, Decimal]] = {}

    # --- what can happen ---

    def sale(self) -> None:
        groups = self.chance.sample(self.groups, self.chance.randint(1, len(self.groups)))
        sold = [
            (group, [self.price() for _ in range(self.chance.choice([1, 2]))]) for group in groups
        ]
        later = self.chance.choice(["0", "0", "7.31"])
        sale = sale_of(
            *sold,
            method=self.chance.choice(["card", "promptpay"]),
            delivery=self.chance.choice(["0", "45.00", "33.33"]),
            later=later,
            sold_at=self.now,
        )
        self.does(lambda: ledger.record_sale(sale))
        self.provider += sale.paid_now
        self.buyer += sum(part.price for part in sale.parts) - sale.paid_now

    def balance_paid(self) -> None:
        part = self.part()
        owed = ledger.still_to_pay(part.part_id) if part else ZERO
        if part is None or owed <= 0:
            return
        name = self.name("payment")
        self.does(lambda: ledger.record_payment(reference=name, amount=owed, part_id=part.part_id))
        self.provider += owed
        self.buyer -= owed

    def fee_changes(self) -> None:
        percent = Decimal(self.chance.randint(0, 2000)) / 100
        fixed = Decimal(self.chance.randint(0, 300)) / 100
        group = self.chance.choice([None, *self.groups])
        self.tries(
            lambda: ledger.set_fee_rule(
                percent=percent,
                fixed=fixed,
                from_day=self.now.date(),
                enterprise_id=group.pk if group else None,
            ),
            again=False,
        )

    def day_passes(self) -> None:
        self.now += timedelta(days=self.chance.randint(1, 5))

    def sent_off(self) -> None:
        part = self.part()
        if part:
            self.does(lambda: ledger.note_dispatched(part_id=part.part_id, at=self.now))

    def received(self) -> None:
        part = self.part()
        if part:
            self.does(lambda: ledger.note_received(part_id=part.part_id, at=self.now))

    def swept(self) -> None:
        self.does(lambda: ledger.release_due(today=self.now.date()), dies=False)

    def released(self) -> None:
        part = self.part()
        if part:
            self.tries(lambda: ledger.release(part_id=part.part_id, today=self.now.date()))

    def advanced(self) -> None:
        part = self.part()
        if part:
            self.tries(lambda: ledger.give_advance(part_id=part.part_id))

    def problem(self) -> None:
        part = self.part()
        if part:
            cause = f"problem:{self.chance.randint(1, 3)}"
            verb = self.chance.choice([ledger.stop_release, ledger.go_on_releasing])
            self.does(lambda: verb(part_id=part.part_id, cause=cause))

    def refund(self) -> None:
        line = self.any_of(SaleLine.objects.order_by("pk"))
        if line is None:
            return
        left = left_of([line])[0].price
        amount = self.share_of(max(left, Decimal("0.01")), most=Decimal("1.1"))
        payer = self.chance.choice([Payer.GROUP, Payer.GROUP, *Payer.values])
        cause = self.name("claim")
        lines = [RefundLine(line.pk, amount)]
        if self.tries(lambda: ledger.record_refund(cause=cause, lines=lines, payer=payer)):
            self.buyer -= amount
            self.to_send.append((cause, amount, line.part_id))
            if payer == Payer.KINDNESS:
                self.beyond -= amount

    def part_undone(self) -> None:
        part = self.part()
        if part is None:
            return
        goods = [
            left
            for left in left_of(SaleLine.objects.filter(part_id=part.part_id))
            if left.line.sold_as == "goods"
        ]
        there = sum((left.price for left in goods), ZERO)
        kept = self.chance.choice([ZERO, baht(there / 2)])
        cause = self.name("undone")
        owed = ledger.still_to_pay(part.part_id)
        event = self.tries(
            lambda: ledger.take_back_part(
                part_id=part.part_id, cause=cause, today=self.now.date(), kept=kept
            )
        )
        if event:
            back = -event.entries.on(Account.BUYER).balance()
            self.buyer -= back
            if back > owed:
                self.to_send.append((cause, min(back, back - max(owed, ZERO)), part.part_id))

    def refund_sent(self) -> None:
        if not self.to_send:
            return
        cause, amount, part_id = self.to_send.pop(self.chance.randrange(len(self.to_send)))
        by_bank = self.chance.random() < 0.3
        self.does(
            lambda: ledger.note_refund_sent(
                cause=cause, amount=amount, part_id=part_id, by_bank=by_bank
            )
        )
        self.buyer += amount
        if by_bank:
            self.bank -= amount
        else:
            self.provider -= amount
            self.sent.append((cause, amount, part_id))

    def refund_returned(self) -> None:
        if not self.sent:
            return
        cause, amount, part_id = self.sent.pop(self.chance.randrange(len(self.sent)))
        self.does(lambda: ledger.note_refund_returned(cause=cause, amount=amount, part_id=part_id))
        self.buyer -= amount
        self.provider += amount
        self.to_send.append((f"{cause}:again", amount, part_id))

    def dispute_opened(self) -> None:
        part = self.part()
        if part is None:
            return
        paid = LedgerEntry.objects.filter(
            event__order=part.order, event__kind=EventKind.PAYMENT, account=Account.PROVIDER
        ).balance()
        if paid <= 0 or part.order_id in self.disputes:
            return
        charge = Decimal("500.00")
        name = str(part.order_id)
        self.does(
            lambda: ledger.open_dispute(
                dispute=name, order_id=part.order_id, amount=paid, charge=charge
            )
        )
        self.disputes[part.order_id] = (paid, charge)
        self.buyer += paid
        self.provider -= paid + charge

    def dispute_decided(self) -> None:
        if not self.disputes:
            return
        order_id = self.chance.choice(sorted(self.disputes))
        amount, charge = self.disputes[order_id]
        won = self.chance.random() < 0.5
        payer = self.chance.choice(Payer.values)
        before = LedgerEvent.objects.count()
        verb: Callable[[], Any] = (
            (lambda: ledger.win_dispute(dispute=str(order_id), charge_back=charge))
            if won
            else (lambda: ledger.lose_dispute(dispute=str(order_id), payer=payer))
        )
        event = self.tries(verb)
        if not event or LedgerEvent.objects.count() == before:
            return
        self.buyer -= amount
        if won:
            self.provider += amount + charge
        elif payer == Payer.KINDNESS:
            taken = event.entries.on(Account.BUYER).exclude(enterprise=None).balance()
            self.beyond += taken

    def fund_filled(self) -> None:
        name = self.name("fund")
        self.does(lambda: ledger.set_aside(cause=name, amount=Decimal("25.00")))

    def debt_settled(self) -> None:
        group = self.chance.choice(self.groups)
        debt = ledger.money_of_group(group.pk).debt
        if not debt:
            return
        name, amount = self.name("slip"), self.share_of(debt, most=Decimal("1.2"))
        waived = self.chance.random() < 0.5
        verb = (
            (
                lambda: ledger.waive_debt(
                    cause=name, enterprise_id=group.pk, amount=amount, by=None, reason="-"
                )
            )
            if waived
            else (
                lambda: ledger.note_debt_repaid(cause=name, enterprise_id=group.pk, amount=amount)
            )
        )
        if self.tries(verb):
            self.beyond += amount
            if not waived:
                self.bank += amount

    def provider_pays(self) -> None:
        name = self.name("po")
        self.does(lambda: ledger.note_provider_payout(cause=name, amount=Decimal("10.00")))
        self.provider -= 10
        self.bank += 10

    def provider_charges(self) -> None:
        name = self.name("fee")
        self.does(lambda: ledger.note_provider_fee(cause=name, amount=Decimal("1.23")))
        self.provider -= Decimal("1.23")

    # --- payouts ---

    def batch_computed(self) -> None:
        self.tries(
            lambda: ledger.compute_batch(today=self.now.date(), by=self.officers[0], now=self.now),
            again=False,
        )

    def batch_looked_through(self) -> None:
        batch = self.any_of(PayoutBatch.objects.filter(state="computed"))
        if batch:
            verb = self.chance.choice(
                [ledger.preview_batch, ledger.preview_batch, ledger.drop_batch]
            )
            self.does(lambda: verb(batch_id=batch.pk, by=self.officers[0]), again=False)

    def batch_approved(self) -> None:
        batch = self.any_of(PayoutBatch.objects.filter(state="previewed").order_by("pk"))
        if batch is None:
            return
        approved = self.tries(
            lambda: ledger.approve_batch(batch_id=batch.pk, by=self.officers[1], now=self.now)
        )
        if approved is None:
            self.tries(
                lambda: ledger.recompute_batch(
                    batch_id=batch.pk, by=self.officers[0], now=self.now
                ),
                again=False,
            )

    def batch_exported(self) -> None:
        batch = self.any_of(PayoutBatch.objects.filter(state="approved").order_by("pk"))
        if batch:
            self.does(lambda: ledger.export_batch(batch_id=batch.pk, by=self.officers[0]))

    def bank_answers(self) -> None:
        transfer = self.any_of(Transfer.objects.exclude(state="ready").order_by("pk"))
        if transfer is None:
            return
        result = self.chance.choice(["paid", "paid", "returned", "unresolved"])
        before = transfer.state
        told = self.tries(lambda: ledger.note_result(transfer_id=transfer.pk, result=result))
        if not told or before == result:
            return
        if result == "paid":
            self.bank -= transfer.amount
            self.paid[transfer.payout.enterprise_id] += transfer.amount
        elif before == "paid":
            self.bank += transfer.amount
            self.paid[transfer.payout.enterprise_id] -= transfer.amount

    # --- how it happens ---

    def does(self, step: Callable[[], Any], *, dies: bool = True, again: bool = True) -> Any:
        """The step, after dying at some of its writes; told again, nothing moves."""
        if dies:
            numbers = sorted(self.chance.sample(range(12), 2))
            result = dying(step, at=numbers, moved=self.moved)
        else:
            result = step()
        if again:
            after = self.moved()
            step()
            assert self.moved() == after, "told again, something moved"
        return result

    def tries(self, step: Callable[[], Any], *, again: bool = True) -> Any:
        """The step, or None where it is refused; then nothing has moved."""
        before = self.moved()
        try:
            return self.does(step, again=again)
        except REFUSALS:
            assert self.moved() == before, "refused, and something moved"
            return None

    def moved(self) -> list[Any]:
        """All that could have moved; the ledger's rows and the payouts'."""
        payouts = (
            list(model.objects.order_by("pk").values()) for model in (PayoutBatch, Payout, Transfer)
        )
        return [*everything(), *payouts]

    def must_add_up(self) -> None:
        """After every step: zero, signs, the accounts kept beside it, and each group's due."""
        check()
        sums = ledger.all_balances()
        assert sums[Account.BUYER] == self.buyer
        assert sums[Account.PROVIDER] == self.provider
        assert sums[Account.BANK] == self.bank
        rebuilt: dict[str, Decimal] = {}
        for entry in LedgerEntry.objects.all():
            rebuilt[entry.account] = rebuilt.get(entry.account, ZERO) + entry.amount
        assert {k: v for k, v in sums.items() if v} == {k: v for k, v in rebuilt.items() if v}
        earned = sum((line.share + line.vat for line in SaleLine.objects.all()), ZERO)
        for row in Reversal.objects.all():
            earned -= row.share + row.vat
            if settings.PAYMENT_FEE_ON_REFUND == FeeBearer.GROUP:
                earned -= row.payment_fee
        theirs = -sum((rebuilt.get(account, ZERO) for account in OF_GROUPS), ZERO)
        assert theirs == earned + self.beyond - self.paid_out()
        for earning in Earning.objects.filter(state="released"):
            held = LedgerEntry.objects.of_parts([earning.part_id]).on(
                Account.HELD, Account.VAT, Account.ADVANCE
            )
            assert held.balances() == {} or set(held.balances().values()) == {ZERO}

    def paid_out(self) -> Decimal:
        """What has arrived on groups' bank accounts; nobody got more than was released."""
        for group, amount in self.paid.items():
            money = ledger.money_of_group(group)
            paid = Transfer.objects.filter(payout__enterprise=group, state="paid")
            assert amount == sum((each.amount for each in paid), ZERO)
            paying = Transfer.objects.filter(payout__enterprise=group).exclude(
                state__in=["paid", "returned"]
            )
            assert money.paying == sum((each.amount for each in paying), ZERO)
        return sum(self.paid.values(), ZERO)

    # --- chance ---

    def part(self) -> Earning | None:
        return self.any_of(Earning.objects.order_by("pk"))

    def any_of(self, rows: Any) -> Any:
        found = list(rows)
        return self.chance.choice(found) if found else None

    def price(self) -> str:
        return str(Decimal(self.chance.randint(1000, 90_000)) / 100)

    def share_of(self, whole: Decimal, *, most: Decimal) -> Decimal:
        part = Decimal(self.chance.randint(1, 100)) / 100
        return max(baht(whole * self.chance.choice([part, Decimal(1), most])), Decimal("0.01"))

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}:{self.count}"


#: What brings money to groups, so that chance does not stop halfway.
A_WEEK = (
    "sale received day_passes day_passes day_passes swept batch_computed batch_looked_through "
    "batch_approved batch_exported bank_answers"
).split()
STEPS = (
    "sale balance_paid fee_changes day_passes sent_off received swept released advanced problem "
    "refund part_undone refund_sent refund_returned dispute_opened dispute_decided fund_filled "
    "debt_settled provider_pays provider_charges "
    "batch_computed batch_looked_through batch_approved batch_exported bank_answers"
).split()
