"""How a product is made to order: the questions, the first workshop, terms under a name."""

from decimal import Decimal

import pytest

from shop.production import services
from shop.production.models import MadeToOrderTerms, ProcessingProfile, Workshop
from tests.factories import (
    make_child,
    make_enterprise,
    make_made_to_order,
    make_member,
    make_parent,
    make_placed_order,
    make_product,
    record_of,
)
from tests.factories.making import make_workshop, make_woven
from tests.workspace.members import Member

#: The first question on how a product is made: where, and how much work it is.
FIRST = "work"

pytestmark = pytest.mark.django_db

WORK = {"units_per_piece": "1.5", "setup_units": "๒"}
DAYS = {"packing_days": "2", "cut_off_hour": "15", "makes": "ready_first"}
PAYMENT = {"payment_plan": "deposit", "ladder": "strict"}


@pytest.fixture
def group():
    return make_enterprise(name_en="Weavers")


@pytest.fixture
def member(group):
    return Member(make_member(group).user)


@pytest.fixture
def looms(group) -> Workshop:
    return make_workshop(group, per_day=2)


def terms_of(product) -> MadeToOrderTerms:
    return MadeToOrderTerms.objects.get(stockrecord=record_of(product))


def test_who_first_sells_made_to_order_is_offered_a_workshop(group, member):
    product = make_product(group, stock=0)
    form = {"sells": "made_to_order", "lead_days": "10"}

    page = member.tap(f"products/{product.pk}/about/terms/?new=1", form)
    assert "How much can you make?" in page
    assert "about/weight/?new=1" in page  # later is a way on, too

    first = {"name_th": "กี่ของเรา", "unit": "piece", "per_day": "2"}
    page = member.tap(f"products/{product.pk}/making/{FIRST}/?new=1", first)

    assert "How it is made" in page
    assert "about/weight/?new=1" in page
    workshop = Workshop.objects.get(enterprise=group)
    terms = terms_of(product)
    assert (terms.workshop, terms.units_per_piece, terms.makes) == (workshop, 1, "always")


def test_a_first_workshop_that_cannot_be_loses_nothing(group, member):
    product = make_made_to_order(group)
    form = {"name_th": "กี่ของเรา", "unit": "piece", "per_day": "0"}

    answer = member.post(f"products/{product.pk}/making/{FIRST}/", form)

    assert answer.status_code == 422
    assert "กี่ของเรา" in answer.content.decode()
    assert not Workshop.objects.exists()


def test_each_question_is_saved_and_the_rest_stays(looms, group, member):
    product = make_made_to_order(group)
    address = f"products/{product.pk}/making/"
    assert member.get(address).status_code == 302  # work comes first
    assert member.get(address + "proof/").status_code == 302

    member.tap(address + "work/", {**WORK, "workshop_id": looms.pk})
    member.tap(address + "days/", DAYS)
    member.tap(address + "proof/", {"proof": "photo"})
    page = member.tap(address + "payment/", PAYMENT)

    terms = terms_of(product)
    assert (terms.units_per_piece, terms.setup_units) == (Decimal("1.5"), Decimal(2))
    assert (terms.packing_days, terms.cut_off_hour, terms.makes) == (2, 15, "ready_first")
    assert (terms.proof, terms.payment_plan, terms.ladder) == ("photo", "deposit", "strict")
    assert "after that nothing" in page
    assert "1.5 per piece" in page


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("work", {**WORK, "units_per_piece": "0"}),
        ("work", {**WORK, "units_per_piece": "x"}),
        ("work", {**WORK, "units_per_piece": "1e3"}),
        ("work", {**WORK, "units_per_piece": "99999"}),
        ("work", {**WORK, "units_per_piece": "1.2345"}),
        ("work", {**WORK, "setup_units": ""}),
        ("work", {**WORK, "workshop_id": "999999"}),
        ("work", {**WORK, "workshop_id": "x\x00"}),
        ("days", {**DAYS, "packing_days": "31"}),
        ("days", {**DAYS, "cut_off_hour": "25"}),
        ("days", {**DAYS, "makes": "never"}),
        ("proof", {"proof": ""}),
        ("payment", {**PAYMENT, "ladder": "harsh"}),
    ],
)
def test_an_answer_that_cannot_be_changes_nothing(looms, group, member, question, form):
    product = make_woven(looms)
    before = MadeToOrderTerms.objects.values().get()

    answer = member.post(
        f"products/{product.pk}/making/{question}/", {"workshop_id": looms.pk, **form}
    )

    assert answer.status_code == 422
    assert "field__error" in answer.content.decode() or "error-summary" in answer.content.decode()
    assert MadeToOrderTerms.objects.values().get() == before


def test_all_sizes_are_made_the_same_way(looms, group, member):
    parent = make_parent(group)
    children = [make_child(parent), make_child(parent)]
    member.tap(f"products/{parent.pk}/about/terms/", {"sells": "made_to_order", "lead_days": "10"})

    member.tap(f"products/{parent.pk}/making/{FIRST}/", {**WORK, "workshop_id": looms.pk})

    assert [terms_of(child).units_per_piece for child in children] == [Decimal("1.5")] * 2


def test_a_new_size_is_made_like_the_others(looms, group, member):
    product = make_woven(looms, units_per_piece=Decimal(3))
    member.tap(f"products/{product.pk}/sizes/", {"title": "เล็ก"})

    member.tap(f"products/{product.pk}/sizes/", {"title": "ใหญ่", "price": "1500"})

    terms = MadeToOrderTerms.objects.filter(stockrecord__product__parent=product)
    assert [each.units_per_piece for each in terms] == [3, 3]
    assert {each.workshop for each in terms} == {looms}


def test_another_groups_workshop_is_no_choice(looms, group, member):
    product = make_woven(looms)
    other = make_workshop()
    form = {**WORK, "workshop_id": other.pk}

    assert member.post(f"products/{product.pk}/making/{FIRST}/", form).status_code == 422
    with pytest.raises(services.NotTheirWorkshop):
        services.set_making_of(stockrecord_ids=[record_of(product).pk], workshop_id=other.pk)
    assert terms_of(product).workshop == looms


def test_what_is_not_made_to_order_or_not_ones_own_has_no_such_screen(looms, group, member):
    ready = make_product(group)
    product = make_woven(looms)
    stranger = Member(make_member(make_enterprise()).user)

    assert member.get(f"products/{ready.pk}/making/").status_code == 404
    assert member.get(f"products/{product.pk}/making/colour/").status_code == 404
    for path in ("", "work/", "keep/", "use/"):
        assert stranger.post(f"products/{product.pk}/making/{path}").status_code in (404, 405)
    assert stranger.get(f"products/{product.pk}/making/").status_code == 404


# --- terms under a name ---


def test_terms_are_kept_under_a_name_and_used_again(looms, group, member):
    first, second = make_woven(looms, units_per_piece=Decimal(3)), make_made_to_order(group)

    member.tap(f"products/{first.pk}/making/keep/", {"name": "ผ้าไหม"})
    profile = ProcessingProfile.objects.get()
    assert "ผ้าไหม" in member.read(f"products/{second.pk}/making/{FIRST}/")
    member.tap(f"products/{second.pk}/making/use/", {"profile": profile.pk})

    assert terms_of(first).profile == terms_of(second).profile == profile
    assert terms_of(second).units_per_piece == 3
    answer = member.post(f"products/{first.pk}/making/keep/", {"name": "ผ้าไหม"})
    assert answer.status_code == 422


@pytest.mark.parametrize("chosen", ["", "0", "x", "9" * 40, "\x00", "١"])
def test_terms_that_are_none_of_ones_own_are_not_found(looms, group, member, chosen):
    product = make_woven(looms)
    address = f"products/{product.pk}/making/use/"
    assert member.post(address, {"profile": chosen}).status_code == 404

    other = make_woven()
    theirs = services.save_profile(enterprise=other.enterprise, name="ผ้าไหม", terms=terms_of(other))
    assert member.post(address, {"profile": theirs.pk}).status_code == 404
    assert terms_of(product).profile is None


def shared(group, looms: Workshop, member: Member):
    first, second = make_woven(looms), make_made_to_order(group)
    member.tap(f"products/{first.pk}/making/keep/", {"name": "ผ้าไหม"})
    profile = ProcessingProfile.objects.get()
    member.tap(f"products/{second.pk}/making/use/", {"profile": profile.pk})
    return first, second, profile


def test_a_change_may_be_for_all_products_of_the_name(looms, group, member):
    first, second, profile = shared(group, looms, member)

    member.tap(f"products/{first.pk}/making/proof/", {"proof": "sample", "for_all": "1"})

    assert terms_of(first).proof == terms_of(second).proof == "sample"
    profile.refresh_from_db()
    assert profile.proof == "sample"


def test_or_for_this_product_only(looms, group, member):
    first, second, profile = shared(group, looms, member)

    member.tap(f"products/{first.pk}/making/proof/", {"proof": "sample"})

    assert (terms_of(first).proof, terms_of(first).profile) == ("sample", None)
    assert (terms_of(second).proof, terms_of(second).profile) == ("none", profile)


def test_what_is_sold_keeps_its_terms(looms, group, member):
    first, _second, profile = shared(group, looms, member)
    line = make_placed_order((first, 2)).lines.get()
    frozen, job = dict(line.snapshot), dict(line.job.__dict__)

    services.change_profile(
        profile_id=profile.pk,
        units_per_piece=Decimal(5),
        packing_days=9,
        proof="sample",
        payment_plan="deposit",
        ladder="strict",
    )

    line.refresh_from_db()
    assert line.snapshot == frozen
    assert (line.job.units, line.job.promised_on) == (job["units"], job["promised_on"])
    assert terms_of(first).units_per_piece == 5


def test_a_profile_stays_in_its_group(looms, group, member):
    _, _, profile = shared(group, looms, member)

    with pytest.raises(services.NotTheirWorkshop):
        services.change_profile(profile_id=profile.pk, workshop_id=make_workshop().pk)

    profile.refresh_from_db()
    assert profile.workshop == looms
