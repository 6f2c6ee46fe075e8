"""What the screens cost: the same number of statements for one thing and for many."""

import pytest

from shop.fulfilment.models import Fulfilment
from tests.factories import (
    make_certificate,
    make_child,
    make_enterprise,
    make_made_to_order,
    make_member,
    make_parent,
    make_placed_order,
    make_product,
)
from tests.workspace.members import Member

pytestmark = pytest.mark.django_db

BUDGETS = {"": 15, "jobs/": 12, "products/": 12, "money/": 12, "group/": 12}


def fill(group, times: int) -> None:
    cloth, jar = make_product(group, stock=500), make_made_to_order(group)
    parent = make_parent(group)
    for number in range(times):
        make_child(parent)
        make_product(group)
        make_certificate(group, number=str(number))
        make_placed_order((cloth, 1), (jar, 1))
    Fulfilment.objects.filter(pk=Fulfilment.objects.latest("pk").pk).update(state="packed")


@pytest.mark.parametrize("path", BUDGETS)
def test_a_list_costs_the_same_however_long_it_is(path, django_assert_max_num_queries):
    small, large = make_enterprise(), make_enterprise()
    fill(small, 1)
    fill(large, 7)
    few, many = Member(make_member(small).user), Member(make_member(large).user)
    few.get(path), many.get(path)  # sessions and caches are there

    with django_assert_max_num_queries(BUDGETS[path]) as first:
        assert few.get(path).status_code == 200
    with django_assert_max_num_queries(len(first)):
        assert many.get(path).status_code == 200


def test_a_job_costs_the_same_however_much_was_ordered(django_assert_max_num_queries):
    group = make_enterprise()
    goods = [make_product(group) for _ in range(9)]
    small = make_placed_order((goods[0], 1)).fulfilments.get()
    large = make_placed_order(*((each, 2) for each in goods)).fulfilments.get()
    member = Member(make_member(group).user)
    member.get()

    with django_assert_max_num_queries(14) as first:
        assert member.get(f"jobs/{small.pk}/").status_code == 200
    with django_assert_max_num_queries(len(first)):
        assert member.get(f"jobs/{large.pk}/").status_code == 200


@pytest.mark.parametrize("path", ["", "pieces/", "price/", "sizes/", "pictures/"])
def test_a_product_costs_the_same_however_many_sizes_it_has(path, django_assert_max_num_queries):
    group = make_enterprise()
    small, large = make_parent(group), make_parent(group)
    make_child(small)
    for _ in range(12):
        make_child(large)
    member = Member(make_member(group).user)
    member.get()

    with django_assert_max_num_queries(14) as first:
        assert member.get(f"products/{small.pk}/{path}").status_code == 200
    with django_assert_max_num_queries(len(first)):
        assert member.get(f"products/{large.pk}/{path}").status_code == 200
