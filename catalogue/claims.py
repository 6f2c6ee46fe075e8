"""Words that stop a product, and words that an officer has to read first.

Alcohol may not be sold online (Alcoholic Beverage Control notice, 2563); likewise tobacco,
medicines and protected wildlife. Claims of healing, and standards named in free text instead
of a verified certificate, go to the office (domain: certificates, rules a Thai shop keeps).
"""

import re

from shop.core.thai import normalise

FORBIDDEN = (
    "สุรา", "เหล้า", "สาโท", "ไวน์", "กระแช่", "เบียร์", "น้ำขาวหมัก", "อุหมัก", "เหล้าอุ", "อุไห",
    "แอลกอฮอล์ดื่ม", "ยาสูบ", "บุหรี่", "ซิการ์", "บุหรี่ไฟฟ้า", "งาช้าง", "เกล็ดตัวนิ่ม", "หนังเสือ",
    "กระดองเต่ากระ", "ยาแผนปัจจุบัน", "ยาปฏิชีวนะ",
)  # fmt: skip
FORBIDDEN_LATIN = (
    "whisky", "whiskey", "whiskies", "liquor", "liqueur", "wine", "beer", "rum", "vodka", "brandy",
    "brandies", "sato", "moonshine", "cigarette", "tobacco", "elephant ivory", "ivory carving",
    "carved ivory", "antibiotic",
)  # fmt: skip
#: Words that contain a forbidden one and mean something harmless.
HARMLESS = (
    "สุราษฎร์", "สีงาช้าง", "ไวน์ดิ้ง", "องุ่นไวน์แดง", "สีไวน์", "wine red", "wine-red", "wine colour",
)  # fmt: skip

HEALTH = (
    "รักษา", "ลดน้ำตาล", "ต้านมะเร็ง", "แก้โรค", "บำบัดโรค", "ลดความดัน", "ลดไขมัน", "หายขาด",
    "เบาหวาน", "cures", "cure for", "anti-cancer", "lowers blood",
)  # fmt: skip
#: Phrases with the same letters that only speak of keeping things.
NOT_HEALTH = ("เก็บรักษา", "การรักษาความสะอาด", "รักษารูปทรง", "รักษาสี", "รักษาความ", "อนุรักษ")
STANDARDS = (
    "มผช", "อย.", "ฮาลาล", "halal", "ออร์แกนิก", "อินทรีย์", "organic", "gap ", "จีไอ",
    "สิ่งบ่งชี้ทางภูมิศาสตร์", "geographical indication", "5 ดาว", "ห้าดาว", "ปลอดสารพิษ",
)  # fmt: skip


class ForbiddenGoods(Exception):
    """These goods may not be sold online; `word` is what gave it away."""

    def __init__(self, word: str):
        super().__init__(word)
        self.word = word


def forbidden_word(text: str) -> str | None:
    """The first word that names goods we may not sell, or None."""
    text = _without(normalise(text).lower(), HARMLESS)
    for word in FORBIDDEN:
        if word in text:
            return word
    for word in FORBIDDEN_LATIN:
        if re.search(rf"\b{word}s?\b", text):
            return word
    return None


def claims_to_review(text: str, otop_type: str) -> list[str]:
    """Claims an officer has to read before the product is shown."""
    text = normalise(text).lower()
    plain = _without(text, NOT_HEALTH)
    health = [word for word in HEALTH if word in plain] if otop_type != "utensil" else []
    return health + [word for word in STANDARDS if word in text]


def _without(text: str, phrases: tuple[str, ...]) -> str:
    for phrase in phrases:
        text = text.replace(phrase, " ")
    return text
