"""A certificate's life: two people look at it, and the calendar ends it."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalogue.models import Product
from catalogue.services import NotTheirProduct, set_covered_products
from producers import services
from producers.models import Certificate, Scheme
from producers.states import CERTIFICATE_TRANSITIONS, SHOWN_STATES, CertificateState
from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed
from shop.outbox.models import Message
from tests.factories import (
    make_certificate,
    make_enterprise,
    make_member,
    make_officer,
    make_product,
)

pytestmark = pytest.mark.django_db

LAST_DAY = date(2027, 3, 31)
VERBS = {
    "check": (services.start_checking, {}, "checking"),
    "verify": (services.verify_certificate, {}, "verified"),
    "reject": (services.reject_certificate, {"reason": "อ่านไม่ออก"}, "rejected"),
    "suspend": (services.suspend_certificate, {"reason": "สงสัย"}, "suspended"),
    "revoke": (services.revoke_certificate, {"reason": "ปลอม"}, "revoked"),
    "correct": (services.correct_certificate, {"number": "มผช. 18/2563"}, "submitted"),
}
#: (state, verb) → state afterwards; all other pairs are refused.
WALK = {
    ("submitted", "check"): "checking",
    ("submitted", "reject"): "rejected",
    ("submitted", "correct"): "submitted",
    ("checking", "verify"): "verified",
    ("checking", "reject"): "rejected",
    ("checking", "correct"): "checking",
    ("verified", "suspend"): "suspended",
    ("verified", "revoke"): "revoked",
    ("expiring", "suspend"): "suspended",
    ("expiring", "revoke"): "revoked",
    ("suspended", "check"): "checking",
    ("suspended", "revoke"): "revoked",
    ("suspended", "correct"): "suspended",
    ("rejected", "correct"): "submitted",
}


def certificate_in(state: str, **fields):
    officer = make_officer()
    return make_certificate(make_enterprise(), state=state, checked_by=officer, **fields)


@pytest.mark.parametrize("state", CertificateState.values)
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_in_every_state(state, verb):
    certificate, officer = certificate_in(state), make_officer()
    act, facts, _ = VERBS[verb]

    if (state, verb) in WALK:
        act(certificate_id=certificate.pk, by=officer, **facts)
        certificate.refresh_from_db()
        assert certificate.state == WALK[state, verb]
        assert StateChange.objects.get(about_id=certificate.pk).by == officer
    else:
        with pytest.raises(MoveNotAllowed):
            act(certificate_id=certificate.pk, by=officer, **facts)
        certificate.refresh_from_db()
        assert certificate.state == state
        assert certificate.number == "มผช. 17/2563"
        assert not StateChange.objects.exists()
        assert not Message.objects.exists()


def test_the_table_has_no_step_that_neither_an_officer_nor_the_calendar_takes():
    by_hand = {(old, new) for (old, _), new in WALK.items() if old != new}
    by_calendar = {
        ("verified", "expiring"),
        ("verified", "expired"),
        ("expiring", "expired"),
        ("suspended", "expired"),
    }

    steps = {(old, new) for old, news in CERTIFICATE_TRANSITIONS.items() for new in news}

    assert steps == by_hand | by_calendar


def test_from_the_group_to_the_badge():
    group, first, second = make_enterprise(), make_officer(), make_officer()
    member = make_member(group)
    cloth = make_product(group)

    handed_in = services.submit_certificate(
        enterprise_id=group.pk,
        by=member.user,
        scheme=Scheme.MPC,
        number="มผช. 1555/2563",
        expires_on=LAST_DAY,
    )
    set_covered_products(certificate_id=handed_in.pk, product_ids=[cloth.pk], by=first)
    services.start_checking(certificate_id=handed_in.pk, by=first)
    assert shown(cloth, date(2026, 12, 1)) == []
    services.verify_certificate(certificate_id=handed_in.pk, by=second, today=date(2026, 12, 1))

    certificate = Certificate.objects.get(pk=handed_in.pk)
    assert (certificate.submitted_by, certificate.checked_by) == (member.user, first)
    assert (certificate.verified_by, certificate.verified_on) == (second, date(2026, 12, 1))
    assert shown(cloth, date(2026, 12, 1)) == [certificate]
    history = StateChange.objects.filter(about_id=certificate.pk, field="state")
    assert list(history.values_list("old", "new")) == [
        ("", "submitted"),
        ("submitted", "checking"),
        ("checking", "verified"),
    ]


def test_who_checked_it_does_not_verify_it():
    officer = make_officer()
    certificate = make_certificate(make_enterprise(), state="checking", checked_by=officer)

    with pytest.raises(services.SecondPersonNeeded):
        services.verify_certificate(certificate_id=certificate.pk, by=officer)

    certificate.refresh_from_db()
    assert (certificate.state, certificate.verified_by) == ("checking", None)


def test_who_corrects_it_while_it_is_checked_does_not_verify_it_either():
    first, second = make_officer(), make_officer()
    certificate = make_certificate(make_enterprise(), state="checking", checked_by=first)
    services.correct_certificate(certificate_id=certificate.pk, by=second, number="มผช. 2/2563")

    with pytest.raises(services.SecondPersonNeeded):
        services.verify_certificate(certificate_id=certificate.pk, by=second)
    services.verify_certificate(certificate_id=certificate.pk, by=first)

    assert Certificate.objects.get(pk=certificate.pk).state == "verified"


def test_the_database_knows_of_the_second_person_too():
    officer = make_officer()

    with pytest.raises(IntegrityError), transaction.atomic():
        make_certificate(make_enterprise(), checked_by=officer, verified_by=officer)


def test_what_has_expired_cannot_be_verified():
    certificate = certificate_in("checking", expires_on=LAST_DAY)

    with pytest.raises(services.AlreadyExpired):
        services.verify_certificate(
            certificate_id=certificate.pk, by=make_officer(), today=LAST_DAY + timedelta(days=1)
        )
    services.verify_certificate(certificate_id=certificate.pk, by=make_officer(), today=LAST_DAY)

    assert Certificate.objects.get(pk=certificate.pk).state == "verified"


def test_a_certificate_covers_goods_of_its_own_group_only():
    certificate = certificate_in("submitted")
    own, other = make_product(certificate.enterprise), make_product()
    officer = make_officer()
    set_covered_products(certificate_id=certificate.pk, product_ids=[own.pk], by=officer)

    with pytest.raises(NotTheirProduct):
        set_covered_products(
            certificate_id=certificate.pk, product_ids=[own.pk, other.pk], by=officer
        )

    assert list(certificate.products.all()) == [own]


@pytest.mark.parametrize("state", sorted(set(CertificateState.values) - {"submitted"}))
def test_what_two_people_have_seen_is_not_widened_by_one(state):
    certificate = certificate_in(state)
    product = make_product(certificate.enterprise)
    open_to_change = state in ("checking", "suspended", "rejected")

    if open_to_change:
        set_covered_products(
            certificate_id=certificate.pk, product_ids=[product.pk], by=make_officer()
        )
    else:
        with pytest.raises(MoveNotAllowed):
            set_covered_products(
                certificate_id=certificate.pk, product_ids=[product.pk], by=make_officer()
            )

    assert certificate.products.exists() == open_to_change


# --- the calendar ---


@pytest.mark.parametrize("state", CertificateState.values)
def test_a_badge_is_shown_while_it_is_verified_and_until_its_last_day(state):
    cloth = make_product()
    make_certificate(cloth.enterprise, cloth, state=state, expires_on=LAST_DAY)

    on_the_last_day = shown(cloth, LAST_DAY)
    after_it = shown(cloth, LAST_DAY + timedelta(days=1))

    assert bool(on_the_last_day) == (state in SHOWN_STATES)
    assert after_it == []


def test_the_badge_goes_at_midnight_in_bangkok_though_nothing_has_run():
    cloth = make_product()
    certificate = make_certificate(cloth.enterprise, cloth, expires_on=LAST_DAY)
    bangkok = ZoneInfo("Asia/Bangkok")
    before = datetime(2027, 3, 31, 23, 59, 59, tzinfo=bangkok)
    midnight = datetime(2027, 4, 1, 0, 0, 0, tzinfo=bangkok)

    assert shown(cloth, timezone.localdate(before)) == [certificate]
    assert shown(cloth, timezone.localdate(midnight)) == []
    assert Certificate.objects.get().state == CertificateState.VERIFIED


def test_the_calendar_marks_reminds_and_ends_each_thing_once():
    group = make_enterprise()
    member = make_member(group, tell_by_sms=False)
    certificate = make_certificate(group, expires_on=LAST_DAY)

    def on(days_before: int) -> tuple[str, list[str]]:
        told = set(Message.objects.values_list("pk", flat=True))
        today = LAST_DAY - timedelta(days=days_before)
        services.keep_certificate_dates(today=today)
        services.keep_certificate_dates(today=today)
        certificate.refresh_from_db()
        return certificate.state, list(
            Message.objects.exclude(pk__in=told).values_list("kind", flat=True)
        )

    assert on(61) == ("verified", [])
    assert on(60) == ("expiring", ["certificate_expiring"])
    assert on(59) == ("expiring", [])
    assert on(30) == ("expiring", ["certificate_expiring"])
    assert on(8) == ("expiring", [])
    assert on(7) == ("expiring", ["certificate_expiring"])
    assert on(0) == ("expiring", [])
    assert on(-1) == ("expired", ["certificate_expired"])
    assert on(-2) == ("expired", [])
    assert set(Message.objects.values_list("address", flat=True)) == {member.user.email}
    steps = StateChange.objects.filter(about_id=certificate.pk).values_list("old", "new", "by")
    assert list(steps) == [("verified", "expiring", None), ("expiring", "expired", None)]


def test_a_calendar_that_slept_sends_only_the_most_urgent_reminder():
    group = make_enterprise()
    make_member(group, tell_by_sms=False)
    make_certificate(group, expires_on=LAST_DAY)

    done = services.keep_certificate_dates(today=LAST_DAY - timedelta(days=5))

    assert done == {"expired": 0, "expiring": 1, "reminded": 1}
    assert Message.objects.count() == 1


def test_a_renewed_last_day_begins_the_reminders_anew():
    group = make_enterprise()
    make_member(group, tell_by_sms=False)
    certificate = make_certificate(group, expires_on=LAST_DAY)
    services.keep_certificate_dates(today=LAST_DAY - timedelta(days=7))
    Certificate.objects.filter(pk=certificate.pk).update(expires_on=date(2028, 3, 31))

    services.keep_certificate_dates(today=date(2028, 3, 24))

    assert Message.objects.filter(kind="certificate_expiring").count() == 2


@pytest.mark.parametrize("state", ["submitted", "checking", "rejected", "revoked", "expired"])
def test_the_calendar_leaves_alone_what_nobody_relies_on(state):
    certificate = certificate_in(state, expires_on=LAST_DAY)

    services.keep_certificate_dates(today=LAST_DAY + timedelta(days=100))

    certificate.refresh_from_db()
    assert certificate.state == state
    assert not Message.objects.exists()


def shown(product: Product, day: date) -> list[Certificate]:
    (found,) = Product.objects.filter(pk=product.pk).for_cards(day)
    return found.shown_certificates


def test_a_copy_is_kept_where_nobody_can_guess_it(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    copies = [
        services.submit_certificate(
            enterprise_id=make_enterprise().pk,
            by=make_officer(),
            scheme=Scheme.HALAL,
            file=SimpleUploadedFile("Scan 1.PDF", b"%PDF-1.4"),
        ).file.name
        for _ in range(2)
    ]
    assert len(set(copies)) == 2
    for name in copies:
        assert re.fullmatch(r"certificates/[0-9a-f]{32}\.pdf", name)
