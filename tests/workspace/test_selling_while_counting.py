"""A sale between opening a screen and saving it."""

import re

import pytest
from django.test import Client

from tests.factories import make_enterprise, make_member, make_placed_order, make_product, record_of

pytestmark = pytest.mark.django_db


def test_saving_terms_as_they_were_shown_does_not_bring_sold_pieces_back():
    group = make_enterprise()
    product = make_product(group, stock=5)
    client = Client()
    client.force_login(make_member(group).user)
    path = f"/en/workspace/products/{product.pk}/about/terms/"
    page = client.get(path).content.decode()
    fields = re.findall(r'<input type="(?:hidden|text)"[^>]*name="(\w+)"[^>]*value="(\d+)"', page)
    shown = {"sells": "stock", **dict(fields)}
    assert shown["pieces"] == "5"
    make_placed_order((product, 2))
    assert client.post(path, shown).status_code == 302
    assert record_of(product).free_pieces == 3
    assert client.post(path, {**shown, "pieces": "4"}).status_code == 302
    assert record_of(product).free_pieces == 4
