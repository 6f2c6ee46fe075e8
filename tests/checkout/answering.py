"""A buyer who answers a group's questions."""

import io
import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from catalogue.asking.models import Question
from catalogue.models import Product

from .shopping import Buyer


def answer(buyer: Buyer, product: Product, quantity: Any = 1, **fields: Any) -> Any:
    """Press the product page's button with these answers, as the page would send them."""
    page = buyer.get(f"products/{product.top.slug}/")
    seen = re.search(r'name="asked" value="(\w+)"', page.content.decode())
    data = {"product_id": product.pk, "quantity": quantity, **fields}
    if seen:
        data.setdefault("asked", seen.group(1))
    return buyer.post("basket/add/", data)


def field(question: Question) -> str:
    """The name of the question's field."""
    return f"q-{question.pk}"


def jpeg(width: int = 40, height: int = 30) -> SimpleUploadedFile:
    """A photo from a phone."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(file, "JPEG")
    return SimpleUploadedFile("photo.jpg", file.getvalue(), "image/jpeg")
