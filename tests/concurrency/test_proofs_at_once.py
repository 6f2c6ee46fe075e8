"""Buyer and group, or two phones of a group, tap at the same time."""

from uuid import uuid4

import pytest
from django.utils import timezone

from shop.core.states import MoveNotAllowed
from shop.fulfilment import services
from shop.fulfilment.models import JobUpdate, Proof
from shop.outbox.models import Message
from tests.concurrency.crowd import all_at_once
from tests.fulfilment.steps import Weaving, a_picture
from tests.production.books import check_books

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def test_approved_by_many_taps_at_once_it_is_approved_once():
    weaving = Weaving(2, proof="photo")
    proof, day, today = weaving.show(), weaving.part.promised_on, timezone.localdate()

    def approve():
        return services.approve_proof(proof_id=proof.pk, seen=day, today=today)

    results = all_at_once([approve] * 6)

    assert sum(isinstance(result, Proof) for result in results) == 1
    assert sum(isinstance(result, MoveNotAllowed) for result in results) == 5
    assert weaving.job.state == "queued"
    assert Message.objects.filter(kind="proof_approved", channel="email").count() == 1
    check_books(weaving.workshop)


def test_a_newer_version_and_the_approval_of_the_old_one_do_not_both_happen():
    weaving = Weaving(2, proof="photo")
    proof, day, today = weaving.show(), weaving.part.promised_on, timezone.localdate()
    a_picture()

    results = all_at_once(
        [
            lambda: services.approve_proof(proof_id=proof.pk, seen=day, today=today),
            weaving.show,
        ]
    )

    refused = [each for each in results if isinstance(each, Exception)]
    assert len(refused) == 1
    states = [each.state for each in Proof.objects.all()]
    if isinstance(refused[0], services.NotTheNewest):
        assert (states, weaving.job.state) == (["withdrawn", "sent"], "waiting")
    else:
        assert isinstance(refused[0], MoveNotAllowed)
        assert (states, weaving.job.state) == (["approved"], "queued")


def test_two_phones_begin_the_same_line_and_the_buyer_is_told_once():
    weaving = Weaving(2)
    job, token, picture = weaving.job.pk, uuid4(), a_picture().pk

    def begin(token):
        return lambda: services.start_job(
            job_id=job, token=token, picture_id=picture, by=weaving.member
        )

    results = all_at_once([begin(token), begin(token), begin(uuid4())])

    assert JobUpdate.objects.count() == 1
    assert all(isinstance(each, JobUpdate | MoveNotAllowed) for each in results), results
    assert weaving.states == ("started", "in_production")
    assert Message.objects.filter(kind="part_started", channel="email").count() == 1


def test_cancelled_while_the_group_begins_one_of_both_wins_whole():
    weaving = Weaving(3)
    part, job, picture = weaving.part.pk, weaving.job.pk, a_picture().pk

    results = all_at_once(
        [
            lambda: services.cancel_fulfilment(fulfilment_id=part),
            lambda: services.start_job(
                job_id=job, token=uuid4(), picture_id=picture, by=weaving.member
            ),
        ]
    )

    assert len([each for each in results if isinstance(each, Exception)]) <= 1, results
    assert weaving.states in (("cancelled", "released"), ("started", "in_production"))
    check_books(weaving.workshop)
