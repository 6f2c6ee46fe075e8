"""Read every product file of the demo market and say what is wrong with it.

    python shop/demo/data/check.py                      all files of this folder
    python shop/demo/data/check.py food.toml drink.toml only what these files say (all are read)
    python shop/demo/data/check.py --csv products.csv   also compare with the source table

Needs nothing but Python 3.11. Two checks are made only where their package is installed: place
names with ``geothai``, Thai word counts with ``pythainlp``. Status 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import re
import sys
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from pathlib import Path

HERE = Path(__file__).resolve().parent
ALL_PRODUCTS = 102  # rows of the source table
FEWEST_GROUPS = 50
FEWEST_STORIES = 6
SHARED_BY_AT_MOST = 3  # products that may contain the same sentence
SENTENCE_FROM = 25  # characters; shorter Thai phrases between blanks are not sentences

CRAFTS = """
    praewa brocade teenjok indigo mud_dye mudmee plain_silk luk_kaew gold_brocade mo_hom woven
    batik pakaoma cotton tai_lue hmong silver silver_chain gold brass umbrella celadon
    rooster_bowl sangkhalok
    ban_chiang dan_kwian ko_kret benjarong knife mortar basketry reed_mat yan_lipao niello krajood
    shadow_puppet hyacinth rice_basket wood_carving saa_paper court_doll drum ngob carp_mobile
    lantern khit_pillow rice shallot garlic durian banana eggs fish pork cake sugar custard
    shrimp_paste crackling sausage chilli_dip pork_roll noodles curry_puff roti pastry bamboo_rice
    krayasat tamarind chips pepper cashew longan honey sauce coffee tea juice compress balm oil soap
    charcoal"""
TYPES = {"food", "drink", "textile", "utensil", "herb"}
SALES = {"stock", "made_to_order", "mixed"}
NUMBERS = {  # formats that can be told from the text of a number; the others are free
    "mpc": r"มผช\.?\s?\d{1,4}(\(\d+\))?/25\d{2}",
    "fda_food": r"\d{2}-\d-\d{5}-\d-\d{4}",
    "cosmetic": r"\d{2}-\d-\d{10}|\d{10}|\d{13}",
    "gi": r"สช \d{8}",
}
SCHEMES = set(NUMBERS) | {"herbal", "halal", "organic", "gap", "peacock", "otop_star"}

# What a description may not say by itself: a certificate says it, or nobody does.
FORBIDDEN = [
    r"รักษา(โรค|อาการ|หาย|แผล)|บำบัด|บรรเทา|ต้านมะเร็ง|ต้านอนุมูล|ลดน้ำตาล|ลดความดัน|ลดไขมัน|แก้ปวด|ป้องกันโรค",
    r"สรรพคุณ|ออร์แกนิ|ปลอดสาร|มผช|(?<![ก-๙])อย\.|สิ่งบ่งชี้|\d\s*ดาว|[๑-๕]\s*ดาว|ฮาลาล|สาโท|เหล้า",
    r"\b(cures?|heals?|healing|relieves?|remedy|remedies|antioxidants?|anti-?cancer|detox)\b",
    r"\b(FDA|GI|TCPS|halal|organic(ally)?|geographical indication)\b",
    r"\b(\d|one|two|three|four|five)[- ]star|lowers? (blood|sugar|cholesterol)|chemical-free",
]
UNLESS_CERTIFIED = {"organic": r"อินทรีย์"}  # free of a claim only with this certificate

GROUP_KEYS = "slug name_th name_en province amphoe tambon about_th about_en members works_on"
PRODUCT_KEYS = """slug name_th name_en otop_type group gi craft price unit_th unit_en weight_g
    parcel_cm chilled sale description_th description_en"""
TYPE_KEYS = {
    **dict.fromkeys(["textile", "utensil", "herb"], "materials_th materials_en care_th care_en"),
    **dict.fromkeys(
        ["food", "drink"],
        """ingredients_th ingredients_en allergens_th allergens_en net_weight storage_th storage_en
        shelf_days""",
    ),
}
STORY_KEYS = "slug title_th title_en group intro_th intro_en body_th body_en"

problems: list[str] = []


def wrong(where: str, what: str) -> None:
    """Note one fault; ``where`` begins with the file's name."""
    problems.append(f"{where}: {what}")


def slugify(text: str) -> str:
    """The same slug as django.utils.text.slugify."""
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = re.sub(r"[^\w\s-]", "", text.lower())
    return re.sub(r"[-\s]+", "-", text).strip("-_")


def thai_words(text: str) -> int | None:
    """Words of a Thai text, or None where pythainlp is not installed."""
    try:
        from pythainlp import word_tokenize
    except ImportError:
        return None
    return sum(1 for word in word_tokenize(text, engine="newmm") if re.search(r"[\w]", word))


def english_words(text: str) -> int:
    return len(re.findall(r"[A-Za-zÀ-ÿ0-9][\w’'-]*", text))


def sentences(text: str, language: str) -> set[str]:
    """Sentences of a text; Thai has no full stop, so what stands between blanks."""
    cut = r"\s+" if language == "th" else r"(?<=[.!?])\s+|\n\s*\n"
    parts = (re.sub(r"\s+", " ", part).strip() for part in re.split(cut, text))
    least = SENTENCE_FROM if language == "th" else 12
    return {part for part in parts if len(part) >= least}


def check_keys(where: str, row: dict, keys: str) -> bool:
    missing = [key for key in keys.split() if row.get(key) in (None, "", [])]
    if missing:
        wrong(where, f"missing {', '.join(missing)}")
    return not missing


def check_length(where: str, row: dict, field: str, least: int, most: int) -> None:
    """Count words in both languages, and see that each is written in its own script."""
    thai, english = row[f"{field}_th"], row[f"{field}_en"]
    for language, count in (("th", thai_words(thai)), ("en", english_words(english))):
        if count is not None and not least <= count <= most:
            wrong(where, f"{field}_{language} has {count} words, wanted {least} to {most}")
    if re.search(r"[\u0e00-\u0e7f]", english):
        wrong(where, f"{field}_en contains Thai letters")
    if re.search(r"(ค่ะ|ครับ|นะคะ)", thai):
        wrong(where, f"{field}_th contains ค่ะ/ครับ")


def check_claims(where: str, row: dict, schemes: Collection[str] = ()) -> None:
    rules = FORBIDDEN + [rule for s, rule in UNLESS_CERTIFIED.items() if s not in schemes]
    for key, text in row.items():
        if not isinstance(text, str) or not key.endswith(("_th", "_en")):
            continue
        for rule in rules:
            flags = 0 if rule.startswith(r"\b(FDA") else re.IGNORECASE
            if found := re.search(rule, text, flags):
                wrong(where, f"{key} says “{found.group()}”")


def check_place(where: str, group: dict) -> None:
    """Province, amphoe and tambon exist and lie in each other."""
    try:
        import geothai
    except ImportError:
        return
    province = next((p for p in geothai.provinces() if p.name_th == group["province"]), None)
    if not province:
        wrong(where, f"no province {group['province']}")
        return
    amphoe = [d for d in geothai.districts(province.code) if d.name_th == group["amphoe"]]
    if not amphoe:
        wrong(where, f"no amphoe {group['amphoe']} in {group['province']}")
        return
    tambons = [s.name_th for s in geothai.subdistricts(amphoe[0].code)]
    if group["tambon"] not in tambons:
        wrong(where, f"no tambon {group['tambon']} in {group['amphoe']}: {' '.join(tambons)}")


def check_group(where: str, group: dict) -> None:
    if not check_keys(where, group, GROUP_KEYS):
        return
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", group["slug"]):
        wrong(where, "slug is not plain")
    if not group["name_th"].endswith("(สาธิต)") or not group["name_en"].endswith("(demo)"):
        wrong(where, "names must end with (สาธิต) and (demo)")
    days = group["works_on"]
    if days != sorted(set(days)) or not set(days) <= set(range(1, 8)):
        wrong(where, f"works_on {days} are not ISO weekdays in order")
    check_length(where, group, "about", 40, 80)
    check_claims(where, group)
    check_place(where, group)


def check_price(where: str, price: object) -> None:
    try:
        fine = isinstance(price, str) and Decimal(price) > 0 and re.fullmatch(r"\d+\.\d\d", price)
    except InvalidOperation:
        fine = False
    if not fine:
        wrong(where, f'price {price!r} is not like "2500.00"')


def check_terms(where: str, terms: dict) -> None:
    if set(terms) != {"min", "max", "lead_days"} or not all(type(n) is int for n in terms.values()):
        wrong(where, "made_to_order wants whole numbers min, max and lead_days")
    elif not (1 <= terms["min"] <= terms["max"] and terms["lead_days"] >= 1):
        wrong(where, "made_to_order min, max, lead_days make no sense")


def check_sale(where: str, product: dict) -> None:
    """Every thing that can be bought has either a stock or made-to-order terms, never both."""
    children = product.get("child", [])
    if product["sale"] not in SALES:
        wrong(where, f"sale {product['sale']!r} is unknown")
    if "made_to_order" in product:
        check_terms(where, product["made_to_order"])
    has_terms = "made_to_order" in product or (
        children and all("made_to_order" in child for child in children)
    )
    if product["sale"] == "made_to_order" and not has_terms:
        wrong(where, "made to order without [product.made_to_order]")
    if product["sale"] == "stock" and not children and type(product.get("stock")) is not int:
        wrong(where, "sale is stock, but there is no stock")
    if product["sale"] != "stock" and "stock" in product:
        wrong(where, "only a product sold from stock has a stock of its own")
    if len({child.get("slug") for child in children}) != len(children):
        wrong(where, "two children share a slug")
    ready = ordered = 0
    for child in children:
        spot = f"{where} / {child.get('slug')}"
        if not check_keys(spot, child, "slug name_th name_en price weight_g"):
            continue
        check_price(spot, child["price"])
        if ("stock" in child) == ("made_to_order" in child) and product["sale"] != "made_to_order":
            wrong(spot, "wants either stock or made_to_order")
        if "made_to_order" in child:
            check_terms(spot, child["made_to_order"])
        ready += "stock" in child
        ordered += "stock" not in child
    if product["sale"] == "mixed" and not (ready and ordered):
        wrong(where, "mixed wants a child from stock and a child made to order")
    if (product["sale"] == "stock" and ordered) or (product["sale"] == "made_to_order" and ready):
        wrong(where, f"a child is not sold as {product['sale']}")


def check_certificate(where: str, certificate: dict, product: dict) -> None:
    scheme = certificate.get("scheme")
    if scheme not in SCHEMES:
        wrong(where, f"scheme {scheme!r} is unknown")
        return
    keys = "issued expires" + (" stars year" if scheme == "otop_star" else " number")
    if not check_keys(f"{where} / {scheme}", certificate, keys):
        return
    rule = NUMBERS.get(scheme)
    if rule and not re.fullmatch(rule, certificate["number"]):
        wrong(where, f"{scheme} number {certificate['number']!r} has a wrong form")
    dates = certificate["issued"], certificate["expires"]
    if not all(type(day) is dt.date for day in dates) or dates[0] >= dates[1]:
        wrong(where, f"{scheme} dates are not two days in order")
    if scheme == "gi" and product["gi"] != "yes":
        wrong(where, "GI certificate for a product whose gi is not yes")
    if scheme == "otop_star" and not (
        certificate["stars"] in range(1, 6) and 2546 <= certificate["year"] <= 2569
    ):
        wrong(where, "stars are 1 to 5, the year is Buddhist era")


def check_product(where: str, product: dict, groups: dict[str, dict]) -> None:
    keys = f"{PRODUCT_KEYS} {TYPE_KEYS.get(product.get('otop_type', ''), '')}"
    if not check_keys(where, product, keys):
        return
    if product["slug"] != slugify(product["name_en"]):
        wrong(where, f"slug is not {slugify(product['name_en'])}")
    for key, allowed in (
        ("otop_type", TYPES),
        ("gi", {"yes", "no", "unsure"}),
        ("craft", CRAFTS.split()),
    ):
        if product[key] not in allowed:
            wrong(where, f"{key} {product[key]!r} is unknown")
    if product["group"] not in groups:
        wrong(where, f"no group {product['group']}")
    if type(product["weight_g"]) is not int or type(product["chilled"]) is not bool:
        wrong(where, "weight_g is whole grams, chilled is true or false")
    if len(product["parcel_cm"]) != 3 or not all(0 < side <= 150 for side in product["parcel_cm"]):
        wrong(where, "parcel_cm wants three sides in cm")
    check_price(where, product["price"])
    check_sale(where, product)
    certificates = product.get("certificate", [])
    if len(certificates) > 3:
        wrong(where, "more than three certificates")
    for certificate in certificates:
        check_certificate(where, certificate, product)
    check_length(where, product, "description", 60, 260)
    if "\n\n" not in product["description_th"].strip() or "\n\n" not in product["description_en"]:
        wrong(where, "descriptions want two or three paragraphs with a blank line between")
    check_claims(where, product, {certificate.get("scheme") for certificate in certificates})


def check_story(where: str, story: dict, groups: dict[str, dict]) -> None:
    if not check_keys(where, story, STORY_KEYS):
        return
    if story["group"] not in groups:
        wrong(where, f"no group {story['group']}")
    check_length(where, story, "body", 150, 250)
    check_claims(where, story)


def check_repeats(products: dict[str, dict]) -> None:
    """No sentence stands in more than three products."""
    for language in ("th", "en"):
        seen: dict[str, set[str]] = defaultdict(set)
        for slug, product in products.items():
            for sentence in sentences(product.get(f"description_{language}", ""), language):
                seen[sentence].add(slug)
        for sentence, slugs in seen.items():
            if len(slugs) > SHARED_BY_AT_MOST:
                wrong(f"all files: {', '.join(sorted(slugs))}", f"share “{sentence}”")


def check_source(rows: list[dict], products: dict[str, dict], groups: dict[str, dict]) -> None:
    """Facts of the source table stand in the files unchanged; prices lie in its range."""
    types = {product.get("otop_type") for product in products.values()}
    source = {slugify(row["name_en"]): row for row in rows}
    for slug, row in source.items():
        if row["otop_type"] in types and slug not in products:
            wrong(f"{row['otop_type']}.toml", f"{slug} of the source is missing")
    for slug, product in products.items():
        where, row = f"source / {slug}", source.get(slug, {})
        if not row:
            wrong(where, "is not in the source")
            continue
        group = groups.get(product["group"], {})
        for mine, theirs in (
            (product["name_th"], row["name_th"]),
            (product["name_en"], row["name_en"]),
            (product["otop_type"], row["otop_type"]),
            (product["gi"], row["gi"]),
            (product["chilled"], row["needs_chilled"] == "yes"),
            (group.get("province"), row["province_th"]),
            (group.get("amphoe"), row["amphoe_th"] or group.get("amphoe")),
        ):
            if mine != theirs:
                wrong(where, f"{mine!r} is {theirs!r} in the source")
        sale = {"yes": "made_to_order", "no": "stock", "sometimes": "mixed"}[row["made_to_order"]]
        if product["sale"] != sale:
            wrong(where, f"sale is {product['sale']}, the source says {sale}")
        price = Decimal(product["price"])  # children may be larger packs and lie above the range
        if not Decimal(row["price_min_thb"]) <= price <= Decimal(row["price_max_thb"]):
            wrong(where, f"{price} is outside the source's range")


def by_slug(files: dict[str, dict], kind: str) -> dict[str, dict]:
    """All rows of a kind over all files; a slug used twice is a fault."""
    rows: dict[str, dict] = {}
    for name, data in files.items():
        for row in data.get(kind, []):
            slug = row.get("slug", "(no slug)")
            if slug in rows:
                wrong(f"{name} / {kind} {slug}", "slug is used twice")
            rows[slug] = row
    return rows


def read(paths: list[Path]) -> dict[str, dict]:
    files = {}
    for path in paths:
        try:
            files[path.name] = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            wrong(path.name, f"cannot be read: {error}")
    return files


def check_all(files: dict[str, dict], source: list[dict] | None) -> str:
    """Note every fault of all files; returns one line about what was read."""
    groups, products, stories = (by_slug(files, kind) for kind in ("group", "product", "story"))
    for name, data in files.items():
        if unknown := set(data) - {"group", "product", "story"}:
            wrong(name, f"unknown tables {', '.join(sorted(unknown))}")
        for group in data.get("group", []):
            check_group(f"{name} / group {group.get('slug')}", group)
        for product in data.get("product", []):
            check_product(f"{name} / {product.get('slug')}", product, groups)
        for story in data.get("story", []):
            check_story(f"{name} / story {story.get('slug')}", story, groups)
    check_repeats(products)
    for slug in groups.keys() - {product.get("group") for product in products.values()}:
        wrong(f"all files / group {slug}", "sells nothing")
    if set(files) >= {f"{kind}.toml" for kind in TYPES}:
        if len(groups) < FEWEST_GROUPS or len(stories) < FEWEST_STORIES:
            wrong("all files", f"wanted {FEWEST_GROUPS} groups and {FEWEST_STORIES} stories")
        if len(products) != ALL_PRODUCTS:
            wrong("all files", f"{len(products)} products, wanted {ALL_PRODUCTS}")
    if source is not None and not problems:
        check_source(source, products, groups)
    kinds = Counter(product.get("otop_type") for product in products.values())
    with_paper = sum(1 for product in products.values() if product.get("certificate"))
    return (
        f"{len(products)} products ({', '.join(f'{n} {kind}' for kind, n in kinds.items())}), "
        f"{with_paper} with a certificate, {len(groups)} groups, {len(stories)} stories"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Check the demo market's data.")
    parser.add_argument("only", nargs="*", help="files whose faults to print; default: all")
    parser.add_argument("--csv", type=Path, help="the source table to compare with")
    options = parser.parse_args()
    text = options.csv.read_text(encoding="utf-8-sig") if options.csv else None
    source = list(csv.DictReader(text.splitlines())) if text else None
    paths = sorted(path for kind in TYPES for path in HERE.glob(f"{kind}*.toml"))
    summary = check_all(read(paths), source)
    only = tuple(Path(name).name for name in options.only)
    shown = [line for line in problems if not only or line.startswith((*only, "all", "source"))]
    sys.stdout.write("\n".join([*shown, summary, ""]))
    return 1 if shown else 0


if __name__ == "__main__":
    sys.exit(main())
