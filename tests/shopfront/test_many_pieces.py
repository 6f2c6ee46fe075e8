"""Who wants more than one group can make is led to the villages that share large orders."""

import pytest
from django.test import Client

from catalogue.models import Product
from producers.models import Cluster
from producers.services import close_cluster, open_cluster
from shop.oscar.partner.models import StockRecord
from tests.factories import make_buyer, make_officer, make_workshop, make_woven, record_of

pytestmark = pytest.mark.django_db
WORDS = "Several villages can share"


@pytest.fixture
def cloth() -> Product:
    woven = make_woven(make_workshop(horizon_days=30, per_day=1, keeps_holidays=False))
    StockRecord.objects.filter(pk=record_of(woven).pk).update(max_quantity=20)
    return woven


def lead(cloth: Product) -> Cluster:
    return open_cluster(lead=cloth.enterprise, slug="looms", name_th="กี่รวม", by=make_officer())


def page(address: str, client: Client | None = None) -> str:
    answer = (client or Client()).get(address, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def asking(cloth: Product, quantity: int | None = None) -> str:
    more = f"&amp;quantity={quantity}" if quantity else ""
    return f"/en/groups/{cloth.enterprise.slug}/special/?about={cloth.slug}{more}"


def test_the_product_page_leads_there_where_the_group_leads_neighbours(cloth):
    address = f"/en/products/{cloth.slug}/"
    assert WORDS not in page(address)
    cluster = lead(cloth)
    shown = page(address)
    assert WORDS in shown
    assert f'href="{asking(cloth)}"' in shown
    close_cluster(cluster_id=cluster.pk, by=None, reason="น้ำท่วม")
    assert WORDS not in page(address)


def test_too_many_for_one_order_are_asked_for_with_their_number(cloth):
    lead(cloth)
    client = Client()
    answer = client.post(
        "/en/basket/add/", {"product_id": cloth.pk, "quantity": "300"}, follow=True
    )
    shown = answer.content.decode()
    assert "You can have at most 20 of these" in shown
    assert asking(cloth, 300) in shown
    form = page(asking(cloth, 300).replace("&amp;", "&"), client)
    assert 'value="300"' in form
    assert cloth.title_en in form


def test_more_than_the_days_allow_are_asked_for_from_the_waiting_list(cloth):
    lead(cloth)
    shown = page(f"/en/waiting/join/{record_of(cloth).pk}/?quantity=19")
    assert asking(cloth, 19) in shown


def test_a_number_in_the_address_is_only_a_number(cloth):
    client = Client()
    client.force_login(make_buyer())
    for odd in ("-1", "<b>", "٣", "9" * 40, ""):
        shown = page(f"/en/groups/{cloth.enterprise.slug}/special/?quantity={odd}", client)
        assert "<b>" not in shown
