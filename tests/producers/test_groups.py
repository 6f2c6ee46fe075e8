"""The office approves, suspends, reopens and closes groups; each is told in its own language."""

import pytest
from django.utils import translation

from catalogue.models import Product
from producers import services
from producers.models import Enterprise
from producers.states import ENTERPRISE_TRANSITIONS, EnterpriseState
from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed
from shop.outbox.models import Channel, Message
from tests.factories import make_enterprise, make_member, make_officer, make_product

pytestmark = pytest.mark.django_db

VERBS = {
    "approve": (lambda pk, by: services.approve_enterprise(enterprise_id=pk, by=by), "approved"),
    "suspend": (
        lambda pk, by: services.suspend_enterprise(enterprise_id=pk, by=by, reason="ตรวจสอบ"),
        "suspended",
    ),
    "reopen": (lambda pk, by: services.reopen_enterprise(enterprise_id=pk, by=by), "approved"),
    "close": (
        lambda pk, by: services.close_enterprise(enterprise_id=pk, by=by, reason="เลิกกลุ่ม"),
        "closed",
    ),
}
ALLOWED = {
    ("applied", "approve"),
    ("applied", "close"),
    ("approved", "suspend"),
    ("approved", "close"),
    ("suspended", "reopen"),
    ("suspended", "close"),
}


@pytest.mark.parametrize("state", EnterpriseState.values)
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_in_every_state(state, verb):
    group, officer = make_enterprise(state=state), make_officer()
    act, end = VERBS[verb]

    if (state, verb) in ALLOWED:
        act(group.pk, officer)
        group.refresh_from_db()
        (change,) = StateChange.objects.filter(about_id=group.pk)
        assert (group.state, change.old, change.new, change.by) == (end, state, end, officer)
    else:
        with pytest.raises(MoveNotAllowed):
            act(group.pk, officer)
        group.refresh_from_db()
        assert group.state == state
        assert not StateChange.objects.exists()
        assert not Message.objects.exists()


def test_the_table_and_the_verbs_know_the_same_steps():
    steps = {(old, new) for old, news in ENTERPRISE_TRANSITIONS.items() for new in news}

    assert steps == {(state, VERBS[verb][1]) for state, verb in ALLOWED}


def test_suspending_takes_all_goods_off_sale_and_reopening_brings_them_back():
    group, officer = make_enterprise(), make_officer()
    cloth = make_product(group)

    services.suspend_enterprise(enterprise_id=group.pk, by=officer, reason="ตรวจสอบ")
    assert cloth not in Product.objects.on_sale()

    services.reopen_enterprise(enterprise_id=group.pk, by=officer)
    assert cloth in Product.objects.on_sale()


@pytest.mark.parametrize("reason", ["", "   \n"])
def test_nobody_is_suspended_without_a_reason(reason):
    group = make_enterprise()

    with pytest.raises(services.ReasonNeeded):
        services.suspend_enterprise(enterprise_id=group.pk, by=make_officer(), reason=reason)

    assert Enterprise.objects.get(pk=group.pk).state == EnterpriseState.APPROVED
    assert not Message.objects.exists()


def test_each_member_is_told_in_their_language_by_the_ways_they_chose():
    group = make_enterprise("กลุ่มทอผ้า", name_en="The weavers")
    thai = make_member(group, tell_by_sms=False)
    english = make_member(group, tell_by_email=False)
    english.user.language = "en"
    english.user.save()
    gone = make_member(group)
    gone.left_at = "2026-01-01T00:00:00Z"
    gone.save()

    services.suspend_enterprise(enterprise_id=group.pk, by=make_officer(), reason="ตรวจสอบ")

    told = {(m.address, m.channel, m.language, m.context["group"]) for m in Message.objects.all()}
    assert told == {
        (thai.user.email, Channel.EMAIL, "th", "กลุ่มทอผ้า"),
        (english.user.phone, Channel.SMS, "en", "The weavers"),
    }


def test_a_group_without_members_is_told_at_its_own_address():
    group = make_enterprise(
        state=EnterpriseState.APPLIED, email="group@example.com", phone="0812345678"
    )

    with translation.override("en"):
        services.approve_enterprise(enterprise_id=group.pk, by=make_officer())

    assert set(Message.objects.values_list("address", "language")) == {
        ("group@example.com", "th"),
        ("+66812345678", "th"),
    }
