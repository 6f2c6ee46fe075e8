"""Who may come in: members, to what is their own group's, and nobody else."""

from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone

from producers.models import Membership
from producers.workspace.templatetags.workspace_links import SALT
from shop.fulfilment.models import Fulfilment
from tests.factories import (
    make_buyer,
    make_child,
    make_enterprise,
    make_member,
    make_officer,
    make_parent,
    make_placed_order,
    make_product,
)
from tests.workspace.members import Member, photo

pytestmark = pytest.mark.django_db

OF_A_JOB = ("", "accept/", "decline/", "start/", "pack/", "sheet/", "send/")
OF_A_PRODUCT = (
    "", "pictures/", "publish/", "withdraw/", "pieces/", "price/", "sizes/",
    "about/name/", "about/kind/", "about/price/", "about/terms/", "about/weight/",
    "about/details/", "about/text/", "about/english/",
)  # fmt: skip
OF_A_GROUP = (
    "", "jobs/", "products/", "products/new/", "money/", "group/", "group/text/", "group/days/",
    "group/picture/", "group/notices/", "switch/",
)  # fmt: skip


def everything_of(part: int, product: int, child: int) -> list[str]:
    return [
        *(f"jobs/{part}/{rest}" for rest in OF_A_JOB),
        *(f"products/{product}/{rest}" for rest in OF_A_PRODUCT),
        f"products/{product}/sizes/{child}/",
    ]


@pytest.fixture
def theirs():
    """A part, a product and a size of another group."""
    group = make_enterprise()
    parent = make_parent(group)
    child = make_child(parent)
    part = make_placed_order((make_product(group), 1)).fulfilments.get()
    return part, parent, child


def test_another_groups_things_are_not_found_and_do_not_move(theirs):
    part, parent, child = theirs
    stranger = Member(make_member(make_enterprise()).user)
    before = list(Fulfilment.objects.values()), list(type(parent).objects.values())

    for path in everything_of(part.pk, parent.pk, child.pk):
        assert stranger.get(path).status_code == 404, path
        answer = stranger.post(path, {"title": "x", "why": "no_time", "photo": photo()})
        assert answer.status_code in (404, 405), path

    assert (list(Fulfilment.objects.values()), list(type(parent).objects.values())) == before


@pytest.mark.parametrize("strange", ["0", "999999", "9" * 40, "9" * 5000])
def test_unknown_numbers_are_not_found(strange):
    member = Member(make_member(make_enterprise()).user)

    for path in everything_of(strange, strange, strange):
        assert member.get(path).status_code == 404, path[:60]


def test_a_size_belongs_to_its_product():
    group = make_enterprise()
    parent, other = make_parent(group), make_parent(group)
    child = make_child(other)
    member = Member(make_member(group).user)

    assert member.get(f"products/{parent.pk}/sizes/{child.pk}/").status_code == 404
    assert member.get(f"products/{child.pk}/").status_code == 404
    assert member.get(f"products/{other.pk}/about/secrets/").status_code == 404


def test_who_is_not_signed_in_is_asked_to(theirs):
    part, parent, child = theirs
    nobody = Member()

    for path in [*OF_A_GROUP, *everything_of(part.pk, parent.pk, child.pk)]:
        answer = nobody.get(path)
        assert answer.status_code == 302
        assert answer["Location"] == f"/en/account/sign-in/?next=/en/workspace/{path}"


@pytest.mark.parametrize("who", [make_buyer, make_officer])
def test_who_is_in_no_group_gets_a_friendly_page(theirs, who):
    part, parent, child = theirs
    outsider = Member(who())

    for path in [*OF_A_GROUP, *everything_of(part.pk, parent.pk, child.pk)]:
        answer = outsider.get(path)
        assert answer.status_code == 403
        assert "You are in no group" in answer.content.decode()


def test_who_has_left_sees_nothing_any_more():
    group = make_enterprise()
    membership = make_member(group)
    part = make_placed_order((make_product(group), 1)).fulfilments.get()
    member = Member(membership.user)
    assert member.get(f"jobs/{part.pk}/").status_code == 200

    Membership.objects.filter(pk=membership.pk).update(left_at=timezone.now())

    assert member.get(f"jobs/{part.pk}/").status_code == 403
    assert member.post(f"jobs/{part.pk}/accept/").status_code == 403
    assert Fulfilment.objects.get().state == "placed"


def test_who_is_in_two_groups_chooses_and_changes():
    first, second = make_enterprise(name_en="Weavers"), make_enterprise(name_en="Potters")
    user = make_member(first).user
    make_member(second, user=user)
    make_product(first, title_en="Cloth")
    jar = make_product(second, title_en="Jar")
    part = make_placed_order((jar, 1)).fulfilments.get()
    member = Member(user)

    assert member.get()["Location"] == "/en/workspace/switch/"
    assert member.post("switch/", {"group": "999"}).status_code == 422
    member.tap("switch/", {"group": first.pk})
    assert "Cloth" in member.read("products/")
    assert "Jar" not in member.read("products/")
    # A link from a message leads to the other group's job, and stays there.
    assert "Potters" in member.read(f"jobs/{part.pk}/")
    assert "Jar" in member.read("products/")


def test_pages_are_for_their_people_only():
    member = Member(make_member(make_enterprise()).user)

    for path in OF_A_GROUP:
        page = member.get(path)
        assert '<meta name="robots" content="noindex">' in page.content.decode(), path
        assert "no-store" in page["Cache-Control"]


# --- signed links ---


def link(membership: Membership, part: int | None, **age: float) -> str:
    signer = signing.TimestampSigner(salt=SALT)
    value = signing.dumps({"m": membership.pk, "f": part}, salt=SALT)
    if not age:
        return f"open/{value}/"
    then = timezone.now() - timedelta(**age)
    payload = value.rsplit(":", 2)[0]
    stamp = signing.b62_encode(int(then.timestamp()))
    return f"open/{payload}:{stamp}:{signer.signature(f'{payload}:{stamp}')}/"


@pytest.fixture
def own():
    group = make_enterprise()
    part = make_placed_order((make_product(group), 1)).fulfilments.get()
    return make_member(group), part


def test_a_link_signs_in_and_opens_the_job(own):
    membership, part = own
    phone = Member()

    answer = phone.get(link(membership, part.pk, hours=71))

    assert answer["Location"] == f"/en/workspace/jobs/{part.pk}/"
    assert "Accept this job" in phone.read(f"jobs/{part.pk}/")
    phone.tap(f"jobs/{part.pk}/accept/")
    assert Fulfilment.objects.get().state == "accepted"


def test_an_old_link_asks_to_sign_in_and_leads_on(own):
    membership, part = own
    phone = Member()

    page = phone.get(link(membership, part.pk, hours=73), follow=True)

    assert page.redirect_chain[0][0] == (
        f"/en/account/sign-in/?next=%2Fen%2Fworkspace%2Fjobs%2F{part.pk}%2F"
    )
    assert "older than 3 days" in page.content.decode()
    assert phone.get(f"jobs/{part.pk}/").status_code == 302
    # Who is signed in already needs no fresh link.
    known = Member(membership.user)
    assert known.get(link(membership, part.pk, days=30))["Location"].endswith(f"jobs/{part.pk}/")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token.replace("/", "x/", 2)[:-1] + "x/",
        lambda token: "open/abc/",
        lambda token: f"open/{signing.dumps('text', salt=SALT)}/",
        lambda token: f"open/{signing.dumps({'m': 'x', 'f': 1}, salt=SALT)}/",
        lambda token: f"open/{signing.dumps({'m': 999999, 'f': 1}, salt=SALT)}/",
        lambda token: f"open/{signing.dumps({'m': 1, 'f': 1}, salt='other')}/",
    ],
)
def test_a_spoiled_link_signs_nobody_in(own, spoil):
    membership, part = own
    phone = Member()

    answer = phone.get(spoil(link(membership, part.pk)))

    assert answer.status_code == 404 or "/account/sign-in/" in answer["Location"]
    assert phone.get().status_code == 302
    assert "_auth_user_id" not in phone.client.session


@pytest.mark.parametrize("why", ["left", "inactive", "officer"])
def test_a_link_is_no_good_for_who_should_not_come_in_by_it(own, why):
    membership, part = own
    if why == "left":
        Membership.objects.filter(pk=membership.pk).update(left_at=timezone.now())
    else:
        changes = {"is_active": False} if why == "inactive" else {"is_staff": True}
        type(membership.user).objects.filter(pk=membership.user_id).update(**changes)
    phone = Member()

    answer = phone.get(link(membership, part.pk))

    assert "/account/sign-in/" in answer["Location"]
    assert "_auth_user_id" not in phone.client.session


def test_a_link_never_opens_another_groups_job(own, theirs):
    membership, _ = own
    phone = Member()

    assert phone.get(link(membership, theirs[0].pk))["Location"] == "/en/workspace/"
