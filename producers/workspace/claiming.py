"""What a group may say of itself: standards only where a verified certificate stands behind.

The office reads products that claim something before they are shown; a group's page has no such
queue, so a new claim without proof is not taken there (domain: certificates).
"""

from datetime import date

from catalogue.claims import ForbiddenGoods, claims_to_review, forbidden_word
from producers.models import Certificate, Enterprise, Scheme

#: Which certificates let a group use a word.
PROVEN_BY: dict[str, tuple[Scheme, ...]] = {
    "มผช": (Scheme.MPC,),
    "อย.": (Scheme.FDA_FOOD, Scheme.COSMETIC, Scheme.HERBAL),
    "ฮาลาล": (Scheme.HALAL,),
    "halal": (Scheme.HALAL,),
    "ออร์แกนิก": (Scheme.ORGANIC,),
    "อินทรีย์": (Scheme.ORGANIC,),
    "organic": (Scheme.ORGANIC,),
    "ปลอดสารพิษ": (Scheme.ORGANIC, Scheme.GAP),
    "gap ": (Scheme.GAP,),
    "จีไอ": (Scheme.GI,),
    "สิ่งบ่งชี้ทางภูมิศาสตร์": (Scheme.GI,),
    "geographical indication": (Scheme.GI,),
    "5 ดาว": (Scheme.OTOP_STAR,),
    "ห้าดาว": (Scheme.OTOP_STAR,),
}


class ClaimNeedsProof(Exception):
    """These words need a verified certificate, which the group does not have."""

    def __init__(self, words: list[str]):
        super().__init__(", ".join(words))
        self.words = words


def look_at_claims(enterprise: Enterprise, text: str, *, today: date) -> None:
    """Raises ForbiddenGoods and ClaimNeedsProof for what `text` newly says about the group."""
    if (word := forbidden_word(text)) is not None:
        raise ForbiddenGoods(word)
    before = claims_to_review(f"{enterprise.about_th} {enterprise.about_en}", "")
    new = [word for word in claims_to_review(text, "") if word not in before]
    if not new:
        return
    shown = Certificate.objects.shown_on(today).filter(enterprise=enterprise)
    proven = set(shown.values_list("scheme", flat=True))
    unproven = [word for word in new if not proven & set(PROVEN_BY.get(word, ()))]
    if unproven:
        raise ClaimNeedsProof([word.strip() for word in unproven])
