"""What stands on a group's card in the list of groups."""

import pytest

from catalogue.shopfront.groups import list_groups
from cms.models import Picture
from producers.models import Enterprise
from tests.factories import make_enterprise, make_product
from tests.factories.goods import make_picture

pytestmark = pytest.mark.django_db


def test_a_group_with_a_drawn_landscape_is_shown_by_its_goods_until_it_has_a_photo():
    group = make_enterprise()
    product = make_product(group)
    landscape = make_picture()
    Enterprise.objects.filter(pk=group.pk).update(picture=landscape)

    (card,) = list_groups().groups
    assert card.picture == product.pictures.get()

    Picture.objects.filter(pk=landscape.pk).update(is_illustration=False)
    (card,) = list_groups().groups
    assert card.picture == landscape
