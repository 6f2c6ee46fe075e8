"""Photos that a member takes: kept first, then put where they belong.

Reading and drawing a picture anew takes a second or two and happens outside any transaction: on
SQLite each of them holds the one lock.
"""

from typing import Any, BinaryIO

from catalogue.making import MOST_PICTURES, TooMany, add_picture
from catalogue.models import Product, ProductPicture
from cms.models import Picture
from cms.pictures import store_upload
from producers.models import Enterprise
from producers.services import set_group_picture


def keep_product_photo(*, product: Product, file: BinaryIO, by: Any) -> ProductPicture:
    """A new picture of a product. Raises BadPicture and TooMany; nothing is kept then."""
    if product.pictures.count() >= MOST_PICTURES:
        raise TooMany(MOST_PICTURES)  # before the work is done
    picture = store_upload(file, title=product.title or "-", by=by)
    return add_picture(product_id=product.pk, picture_id=picture.pk)


def keep_group_photo(*, enterprise: Enterprise, file: BinaryIO, by: Any) -> Enterprise:
    """A new picture for the group's public page. Raises BadPicture."""
    picture = store_upload(file, title=enterprise.name_th, by=by)
    return set_group_picture(enterprise_id=enterprise.pk, picture_id=picture.pk, by=by)


def keep_work_photo(*, title: str, file: BinaryIO, by: Any) -> Picture:
    """A photo of work under way, for the buyer's page. Raises BadPicture."""
    return store_upload(file, title=title, by=by)
