"""Sample data of the pattern page, on which each component of docs/design-system.md stands alone.

Nothing here is read from the database: the samples look the same in every market.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils import timezone

SOON = date(2026, 11, 24)


@dataclass(frozen=True)
class Pattern:
    """One component. `frames` are parts of a page's frame: they stand on their own page only."""

    name: str
    title: str
    frames: bool = False

    @property
    def template(self) -> str:
        return f"patterns/_{self.name}.html"


PATTERNS = (
    Pattern("icon", "Icon"),
    Pattern("brand", "Mark and name"),
    Pattern("header", "Header", frames=True),
    Pattern("basket_count", "Number on the basket", frames=True),
    Pattern("footer", "Footer", frames=True),
    Pattern("breadcrumb", "Breadcrumb"),
    Pattern("pagination", "Pages of a list"),
    Pattern("button", "Button"),
    Pattern("badge", "Badge"),
    Pattern("price", "Price and promise"),
    Pattern("product_card", "Product card"),
    Pattern("certificate", "Certificate"),
    Pattern("message", "Message"),
    Pattern("empty", "Nothing here yet"),
    Pattern("field", "Field"),
    Pattern("error_summary", "What is wrong in a form"),
    Pattern("stepper", "Number of pieces"),
    Pattern("choice", "Choice"),
    Pattern("chips", "Chips"),
    Pattern("steps", "Steps of the checkout"),
    Pattern("summary", "Sums"),
    Pattern("timeline", "Timeline"),
    Pattern("facts", "Facts and table"),
    Pattern("disclosure", "Disclosure"),
    Pattern("tiles", "Tiles"),
    Pattern("shelf", "Shelf"),
    Pattern("woven", "Woven divider"),
    Pattern("sticky_bar", "Bar that stays in sight", frames=True),
    Pattern("tabbar", "Places of the workspace", frames=True),
)


def pattern_named(name: str) -> Pattern | None:
    return next((pattern for pattern in PATTERNS if pattern.name == name), None)


class SampleForm(forms.Form):
    """A form as a buyer may leave it: one field right, one wrong, one ticked."""

    use_required_attribute = False
    name = forms.CharField(label="ชื่อผู้รับ · Receiver", initial="มะลิ ใจดี")
    phone = forms.CharField(
        label="โทรศัพท์ · Phone", help_text="เช่น 081-234-5678", min_length=9, required=True
    )
    note = forms.CharField(label="ข้อความถึงกลุ่ม · Note", required=False, widget=forms.Textarea)
    newsletter = forms.BooleanField(label="รับข่าวสาร · Send me news", required=False)


def samples() -> dict[str, Any]:
    """The context of every sample."""
    return {
        "form": SampleForm({"name": "มะลิ ใจดี", "phone": "12", "newsletter": "on"}),
        "card": _product("ผ้าไหมแพรวา", ready_pieces=4, certificates=[_certificate()]),
        "made_card": _product("ร่มบ่อสร้าง", takes_orders=True),
        "gone_card": _product("ศิลาดลเชียงใหม่"),
        "promised_on": timezone.localdate() + timedelta(days=40),
        "certificate": _certificate(),
        "crumbs": [("ผ้าและเครื่องแต่งกาย", "#"), ("กาฬสินธุ์", "#")],
        "page_links": [
            {"number": 1, "address": "#1", "current": False},
            {"number": 2, "address": "#2", "current": True},
            {"gap": True},
            {"number": 9, "address": "#9", "current": False},
        ],
        "amount": Decimal("1250.00"),
        "steps": _steps(),
        "alternates": {"th": "/th/", "en": "/en/"},
        "basket_count": 3,
    }


def _product(
    name: str,
    *,
    ready_pieces: int = 0,
    takes_orders: bool = False,
    certificates: list[Any] | None = None,
) -> SimpleNamespace:
    return SimpleNamespace(
        name=name,
        pictures=SimpleNamespace(all=[SimpleNamespace(picture=None)]),
        get_absolute_url="#",
        enterprise=SimpleNamespace(name="กลุ่มตัวอย่าง"),
        province="กาฬสินธุ์",
        price_from=Decimal("1250.00"),
        structure="standalone",
        ready_pieces=ready_pieces,
        takes_orders=takes_orders,
        shown_certificates=certificates or [],
    )


def _certificate() -> SimpleNamespace:
    return SimpleNamespace(
        scheme="otop_star",
        get_scheme_display="OTOP",
        stars=5,
        year=2568,
        number="460100123456",
        certificate_number="",
        expires_on=date(2028, 12, 31),
        verified_on=date(2026, 11, 2),
    )


def _steps() -> list[SimpleNamespace]:
    noon = datetime(2026, 11, 18, 12, 0, tzinfo=timezone.get_default_timezone())
    return [
        SimpleNamespace(state="placed", at=noon, due=None, is_done=True, is_now=False),
        SimpleNamespace(state="accepted", at=noon, due=None, is_done=True, is_now=False),
        SimpleNamespace(
            state="packed", at=None, due=date(2026, 11, 24), is_done=False, is_now=True
        ),
        SimpleNamespace(state="dispatched", at=None, due=None, is_done=False, is_now=False),
    ]
