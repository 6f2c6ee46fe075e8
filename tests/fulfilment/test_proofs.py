"""Proofs: version by version, one approved; silence; late approval and the promised day."""

from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed, can_move, move
from shop.fulfilment import services
from shop.fulfilment.models import Proof
from shop.fulfilment.states import PROOF_TRANSITIONS, ProofState
from shop.oscar.order.models import Line
from shop.outbox.models import Message
from shop.production.models import Job
from tests.factories import make_placed_order
from tests.fulfilment.steps import Weaving
from tests.production.books import check_books

pytestmark = pytest.mark.django_db


def told(kind: str) -> int:
    return Message.objects.filter(kind=kind, channel="email").count()


def with_proof(quantity: int = 2, **details) -> Weaving:
    return Weaving(quantity, proof="photo", **details)


@pytest.mark.parametrize("old", ProofState.values)
@pytest.mark.parametrize("new", ProofState.values)
def test_every_pair_of_states(old, new):
    proof = with_proof().show()
    Proof.objects.filter(pk=proof.pk).update(state=old)
    proof.refresh_from_db()
    allowed = {
        ("sent", "approved"), ("sent", "change_asked"), ("sent", "withdrawn"),
        ("change_asked", "sent"), ("approved", "withdrawn"),
    }  # fmt: skip
    assert can_move(old, new, PROOF_TRANSITIONS) == ((old, new) in allowed)
    if (old, new) in allowed:
        move(proof, new, transitions=PROOF_TRANSITIONS)
    else:
        with pytest.raises(MoveNotAllowed):
            move(proof, new, transitions=PROOF_TRANSITIONS)
    assert Proof.objects.get().state == (new if (old, new) in allowed else old)


def test_nothing_begins_before_one_exact_version_is_approved():
    weaving = with_proof()
    assert weaving.states == ("accepted", "waiting")
    promised = weaving.part.promised_on
    for _ in range(2):
        with pytest.raises(services.NotApproved):
            weaving.move("start")
        with pytest.raises(services.NotApproved):
            services.start_fulfilment(fulfilment_id=weaving.part.pk, by=weaving.member)
        proof = weaving.show()
    assert weaving.states == ("accepted", "waiting")
    assert [(each.version, each.state) for each in Proof.objects.all()] == [
        (1, "withdrawn"), (2, "sent"),
    ]  # fmt: skip
    assert told("proof_sent") == 2

    weaving.approve(proof)

    assert weaving.states == ("accepted", "queued")
    assert weaving.part.promised_on == promised
    assert told("proof_approved") == 1
    weaving.move("start")
    assert weaving.states == ("started", "in_production")


def test_an_old_version_cannot_be_approved_nor_changed():
    weaving = with_proof()
    first = weaving.show()
    second = weaving.show()

    with pytest.raises(services.NotTheNewest) as refused:
        weaving.approve(first)
    assert refused.value.newest == second
    with pytest.raises(services.NotTheNewest):
        services.ask_for_change(proof_id=first.pk, words="สีเข้มขึ้น")

    assert [each.state for each in Proof.objects.all()] == ["withdrawn", "sent"]
    assert weaving.job.state == "waiting"
    assert told("proof_approved") == told("proof_change_asked") == 0


def test_approved_twice_is_approved_once():
    weaving = with_proof()
    proof = weaving.show()
    weaving.approve(proof)

    with pytest.raises(MoveNotAllowed):
        weaving.approve(proof)

    assert told("proof_approved") == 1


def test_a_proof_sent_twice_by_one_tap_is_one_version():
    weaving = with_proof()
    token = uuid4()
    assert weaving.show(token=token) == weaving.show(token=token)
    assert Proof.objects.get().version == 1
    assert told("proof_sent") == 1


def test_where_nothing_is_to_be_approved_no_proof_is_sent():
    plain, waiting, approved = Weaving(1), with_proof(accepted=False), with_proof()
    approved.approve(approved.show())
    count = Proof.objects.count()
    for weaving in (plain, waiting, approved):
        with pytest.raises(MoveNotAllowed):
            weaving.show()
    assert Proof.objects.count() == count


def test_two_changes_are_free_and_the_third_may_be_declined():
    weaving = with_proof()
    for asked in (1, 2):
        proof = weaving.show()
        services.ask_for_change(proof_id=proof.pk, words=f"แก้ครั้งที่ {asked}")
        with pytest.raises(services.StillFree) as refused:
            services.decline_change(proof_id=proof.pk, words="ไม่ได้", by=weaving.member)
        assert refused.value.asked == asked
        assert Proof.objects.get(pk=proof.pk).state == "change_asked"
    third = weaving.show()
    services.ask_for_change(proof_id=third.pk, words="อีกครั้ง")
    assert services.can_decline_change(Proof.objects.get(pk=third.pk))

    services.decline_change(proof_id=third.pk, words="ย้อมใหม่ไม่ได้แล้ว", by=weaving.member)

    third.refresh_from_db()
    assert (third.state, third.declined_words) == ("sent", "ย้อมใหม่ไม่ได้แล้ว")
    assert told("proof_change_declined") == 1
    with pytest.raises(services.NoMoreChanges):
        services.ask_for_change(proof_id=third.pk, words="ขออีก")
    assert Proof.objects.get(pk=third.pk).state == "sent"
    weaving.approve(third)
    assert weaving.job.state == "queued"


def test_the_group_may_also_make_the_third_change():
    weaving = with_proof()
    for asked in range(3):
        services.ask_for_change(proof_id=weaving.show().pk, words=str(asked))
    fourth = weaving.show()
    assert fourth.version == 4
    weaving.approve(fourth)
    assert [each.state for each in Proof.objects.all()] == ["change_asked"] * 3 + ["approved"]


def test_a_change_nobody_asked_for_is_not_declined():
    weaving = with_proof()
    proof = weaving.show()
    with pytest.raises(MoveNotAllowed):
        services.decline_change(proof_id=proof.pk, words="-", by=weaving.member)
    assert Proof.objects.get().state == "sent"


def test_silence_is_reminded_of_after_7_days_and_goes_to_the_office_after_14():
    weaving = with_proof()
    proof = weaving.show()
    sent, moment = proof.sent_at, timedelta(seconds=1)

    def look(at) -> tuple[int, int]:
        return services.remind_of_proofs(now=at), services.hand_proofs_to_office(now=at)

    assert look(sent + timedelta(days=7) - moment) == (0, 0)
    assert look(sent + timedelta(days=7)) == (1, 0)
    assert look(sent + timedelta(days=14) - moment) == (0, 0)
    assert not Proof.objects.with_the_office().exists()
    assert look(sent + timedelta(days=14)) == (0, 1)
    assert look(sent + timedelta(days=30)) == (0, 0)
    assert told("proof_waiting") == 1
    assert list(Proof.objects.with_the_office()) == [proof]

    weaving.approve(proof, after_days=3)
    assert not Proof.objects.with_the_office().exists()


def test_an_answered_or_replaced_proof_is_not_reminded_of():
    answered, asked, replaced = with_proof(), with_proof(), with_proof()
    answered.approve(answered.show())
    services.ask_for_change(proof_id=asked.show().pk, words="เล็กลง")
    replaced.show()
    services.cancel_fulfilment(fulfilment_id=replaced.part.pk)
    later = timezone.now() + timedelta(days=20)
    assert (services.remind_of_proofs(now=later), services.hand_proofs_to_office(now=later)) == (
        0, 0,
    )  # fmt: skip
    assert replaced.job.proofs.get().state == "withdrawn"
    assert told("proof_waiting") == 0


def test_approved_late_with_free_days_left_the_promise_stays():
    weaving = with_proof()
    proof, job, promised = weaving.show(), weaving.job, weaving.part.promised_on
    Job.objects.filter(pk=job.pk).update(due_on=job.due_on + timedelta(days=9))

    weaving.approve(proof, after_days=9)

    job.refresh_from_db()
    assert job.starts_on == timezone.localdate() + timedelta(days=10)
    assert (job.promised_on, weaving.part.promised_on) == (promised, promised)
    check_books(weaving.workshop)


def test_approved_late_the_promise_moves_only_by_the_day_the_buyer_has_seen():
    weaving = with_proof()
    proof, old = weaving.show(), weaving.part.promised_on
    today = timezone.localdate() + timedelta(days=20)
    shown = services.if_approved_today(weaving.job, today=today)
    assert shown is not None
    assert shown.promised_on == today + timedelta(days=2)  # two pieces, one a day, from tomorrow

    with pytest.raises(services.DayHasMoved) as refused:
        weaving.approve(proof, after_days=20, seen=old)
    assert refused.value.promised_on == shown.promised_on
    assert (weaving.job.state, weaving.part.promised_on) == ("waiting", old)
    assert Proof.objects.get().state == "sent"

    weaving.approve(proof, after_days=20, seen=shown.promised_on)

    line = Line.objects.get()
    assert weaving.job.promised_on == shown.promised_on
    assert (line.promised_on, weaving.part.promised_on) == (shown.promised_on,) * 2
    assert line.snapshot["promise"]["promised_on"] == old.isoformat()  # as sold, for ever
    change = StateChange.objects.get(field="promised_on")
    assert (change.about_id, change.old, change.new) == (
        weaving.part.pk, old.isoformat(), shown.promised_on.isoformat(),
    )  # fmt: skip
    check_books(weaving.workshop)


def test_a_late_approval_never_makes_somebody_elses_promise_worse():
    weaving = with_proof(4)
    proof = weaving.show()
    others = [make_placed_order((weaving.cloth, 3)) for _ in range(3)]
    jobs = list(Job.objects.filter(line__order__in=others))
    before = {job.pk: sorted(job.allocations.values_list("slot__day", "units")) for job in jobs}
    today = weaving.job.starts_on + timedelta(days=2)
    shown = services.if_approved_today(weaving.job, today=today)
    assert shown is not None
    assert shown.promised_on > weaving.part.promised_on

    services.approve_proof(proof_id=proof.pk, seen=shown.promised_on, today=today)

    after = {job.pk: sorted(job.allocations.values_list("slot__day", "units")) for job in jobs}
    assert after == before
    assert weaving.job.promised_on == shown.promised_on
    check_books(weaving.workshop)


def test_the_database_keeps_versions_apart_and_one_approved():
    weaving = with_proof()
    first, second = weaving.show(), weaving.show()
    wrong = [
        {"pk": second.pk, "version": 1},
        {"pk": first.pk, "state": "sent"},
        {"pk": second.pk, "picture": None},
    ]
    for each in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Proof.objects.filter(pk=each.pop("pk")).update(**each)
    weaving.approve(second)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proof.objects.filter(pk=first.pk).update(state="approved")
    assert all(a.version < b.version for a, b in pairwise(Proof.objects.all()))
