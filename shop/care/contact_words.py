"""Finds what leads two people away from the shop: contacts, links, accounts, paying elsewhere.

A pure function on text. It only points out: whoever writes decides, since a number may be meant
otherwise. Missing one is the lesser harm, so what is common in honest talk (prices, sizes, dates,
postcodes, tracking and certificate numbers) is set aside first.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from stdnum.th import pin


class Kind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    CHAT = "chat"
    LINK = "link"
    ACCOUNT = "account"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was recognised, in small letters and Arabic digits."""

    kind: Kind
    words: str


def contact_words(text: str, *, own_hosts: tuple[str, ...] = ()) -> list[Found]:
    """Everything of this kind in the text, each kind in the order of `Kind`.

    Links to `own_hosts` lead nowhere else and are no finding.
    """
    flat = flattened(text)
    found = [Found(Kind.EMAIL, words) for words in _matches(EMAILS, flat)]
    rest = EMAILS.sub(" ", flat)
    found += [Found(Kind.LINK, words) for words in _links(rest, own_hosts)]
    rest = LINKS.sub(" ", rest)
    found += [Found(Kind.ACCOUNT, words) for words in _accounts(rest)]
    numbers = _spelled_as_digits(_without_known_numbers(rest))
    found += [Found(Kind.PHONE, words) for words in _phones(numbers)]
    found += [Found(Kind.CHAT, words) for words in _matches(CHATS, rest)]
    found += [Found(Kind.ELSEWHERE, words) for words in _matches(ELSEWHERE, rest)]
    return sorted(dict.fromkeys(found), key=lambda each: list(Kind).index(each.kind))


def kinds_in(found: list[Found]) -> list[str]:
    """The kinds that were found, each once."""
    return list(dict.fromkeys(str(each.kind) for each in found))


# --- one spelling ---

#: Joiners, variation selectors and key caps: 0️⃣8️⃣1️⃣ reads as 081.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\u20e3\ufeff]")


def flattened(text: str) -> str:
    """Small letters, Arabic digits (from Thai, full-width and circled ones), nothing invisible."""
    return "".join(_flat(letter) for letter in _UNSEEN.sub("", text)).lower()


def _flat(letter: str) -> str:
    if letter.isascii() or "\u0e00" <= letter < "\u0e50":
        return letter
    digit = unicodedata.digit(letter, None)
    return str(digit) if digit is not None else unicodedata.normalize("NFKC", letter)


# --- e-mail and links ---

_AT = r"(?:\s?@\s?|\s*[(\[{]\s*(?:at|แอท|แอด)\s*[)\]}]\s*|\s(?:at|แอท)\s)"
_DOT = r"(?:\s?\.\s?|\s*[(\[{]\s*(?:dot|ดอท|\.)\s*[)\]}]\s*|\s(?:dot|ดอท|ดอต|จุด)\s)"
EMAILS = re.compile(
    rf"(?<![a-z0-9._+-])[a-z0-9][a-z0-9._+-]{{0,63}}{_AT}[a-z0-9-]+(?:{_DOT}[a-z0-9-]+)*?{_DOT}(?:[a-z]{{2,}}|คอม)\b"
    r"|(?<![a-z0-9._+-])[a-z0-9][a-z0-9._+-]{2,63}\s?@\s?(?:gmail|hotmail|yahoo|outlook|icloud|จีเมล|ฮอตเมล)"
)

_SHORTENERS = (
    r"t\.me|bit\.ly|lin\.ee|line\.me|wa\.me|m\.me|fb\.me|fb\.com|goo\.gl|shope\.ee|linktr\.ee"
    r"|s\.lazada|tinyurl|cutt\.ly|is\.gd|page\.link"
)
_WELL_KNOWN = r"com|net|org|info|biz|(?:co|in|or|ac|go|mi)\.th|asia|xyz"
_SHORT = r"th|co|io|me|ly|ee|cc|tv|gg|app|shop|store|link|page|site|online|to"
LINKS = re.compile(
    r"https?\s?:\s?//\S+"
    r"|\bwww\s?\.\s?\S+"
    rf"|(?<![\w@.-])(?:{_SHORTENERS})(?:/\S*)?(?![\w-])"
    rf"|(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:{_WELL_KNOWN})(?:[/?]\S*)?(?![a-z0-9-])"
    rf"|(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:{_SHORT})/\S+"
    r"|(?<![\w@.-])[a-z0-9-]{2,}\s?(?:\(?\[?\bdot\b\]?\)?|ดอท|ดอต)\s?(?:com|net|co|th|คอม)\b"
)


def _links(text: str, own_hosts: tuple[str, ...]) -> Iterator[str]:
    for words in _matches(LINKS, text):
        host = re.sub(r"^https?\s?:\s?//", "", words).partition("/")[0]
        if host not in own_hosts:
            yield words


# --- numbers ---

_DATE = re.compile(
    r"(?<!\d)(?:0?[1-9]|[12]\d|3[01])([/.-])(?:0?[1-9]|1[0-2])\1"
    r"(?:(?:25|20|19)\d\d(?!\d)|[2-7]\d(?![\s/.-]?\d))"
)
_CLOCK = re.compile(r"(?<!\d)(?:[01]?\d|2[0-3])[:.][0-5]\d(?=\s*(?:น\.|-|–|am|pm|o'clock))")
_FOOD_SERIAL = re.compile(r"(?<!\d)\d{2}-\d-\d{5}-\d-\d{4}(?!\d)")
_REGISTRATION = re.compile(r"(?<!\d)\d-\d{2}-\d{2}-\d{2}/\d-\d{4}(?!\d)")
_DECIMAL = re.compile(r"(?<![\d.])0\.\d+")
#: Letters and many digits in one piece: a tracking number, unless the letters say "telephone".
_LETTERED = re.compile(r"(?<![a-z0-9])(?=[a-z0-9]*[a-z])(?=(?:[a-z]*\d){8})[a-z0-9]{9,}")
_CALLED = re.compile(
    r"(?:tel|telephone|call|phone|mobile|mob|line|id|wa|whatsapp|sms|ph|no|pp|promptpay|o)\d+[a-z]*"
)


def _without_known_numbers(text: str) -> str:
    for known in (_DATE, _CLOCK, _FOOD_SERIAL, _REGISTRATION, _DECIMAL):
        text = known.sub(" # ", text)
    return _LETTERED.sub(lambda m: m.group() if _CALLED.fullmatch(m.group()) else " # ", text)


_DIGIT_WORDS = {
    "ศูนย์": "0", "หนึ่ง": "1", "สอง": "2", "สาม": "3", "สี่": "4",
    "ห้า": "5", "หก": "6", "เจ็ด": "7", "แปด": "8", "เก้า": "9",
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_DIGIT_WORD = "|".join(_DIGIT_WORDS)
_SPELLED = re.compile(rf"(?:(?:{_DIGIT_WORD}|\d)[\s.,-]{{0,2}}){{9,}}")


def _spelled_as_digits(text: str) -> str:
    """`ศูนย์แปดหนึ่ง…` as 081…, where at least nine digits stand in a row."""

    def digits(match: re.Match[str]) -> str:
        return re.sub(_DIGIT_WORD, lambda word: _DIGIT_WORDS[word.group()], match.group())

    return _SPELLED.sub(digits, text)


_BETWEEN = r"[\s.\-_()/•·,~*|]{0,3}"
_STARTS, _ENDS = r"(?<!\d)(?<!\d[.,])", r"(?!\d)(?![.,]\d)"
_PHONES = [
    # 08x, 06x, 09x mobiles, also with the letter o in front
    re.compile(rf"{_STARTS}[0o]{_BETWEEN}[689](?:{_BETWEEN}\d){{8}}{_ENDS}"),
    # 02 and provincial lines: nine digits
    re.compile(rf"{_STARTS}0{_BETWEEN}[2-57](?:{_BETWEEN}\d){{7}}{_ENDS}"),
    re.compile(rf"{_STARTS}(?:\+|00)?66{_BETWEEN}0?{_BETWEEN}[689](?:{_BETWEEN}\d){{8}}{_ENDS}"),
    re.compile(rf"\+\d{{1,3}}(?:{_BETWEEN}\d){{7,12}}{_ENDS}"),
]


def _phones(text: str) -> Iterator[str]:
    for pattern in _PHONES:
        for words in _matches(pattern, text):
            if _grouped_like_a_phone(words):
                yield words


def _grouped_like_a_phone(words: str) -> bool:
    """Not a row of prices or weights that begins with a nought of its own."""
    if re.match(r"[0o][^\d-]", words):
        return all(len(group) == 1 for group in re.findall(r"[\do]+", words))
    return True


_BANKS = (
    r"บัญชี|ธนาคาร|แบงค์|แบงก์|กสิกร|ไทยพาณิชย์|กรุงไทย|กรุงเทพ|กรุงศรี|ออมสิน|ทหารไทย|ธกส|ธ\.ก\.ส"
    r"|\bkbank\b|\bscb\b|\bktb\b|\bbbl\b|\bttb\b|\bgsb\b|\bbaac\b|\bkrungthai\b|\bbank\b|\baccount\b"
    r"|\bacc(?:t|\.)?\b|พร้อมเพย์?|prompt\s?pay"
)
_ACCOUNT_NUMBER = r"(?<!\d)\d(?:[\s-]?\d){9,12}(?!\d)"
_NEAR_A_BANK = re.compile(
    rf"(?:{_BANKS})[^\d\n]{{0,40}}({_ACCOUNT_NUMBER})|({_ACCOUNT_NUMBER})[^\d\n]{{0,20}}(?:{_BANKS})"
)
_BANK_SHAPE = re.compile(r"(?<![\d-])\d{3}-\d-\d{5}-\d(?![\d-])")
_PERSON_SHAPE = re.compile(r"(?<!\d)\d[\s-]?\d{4}[\s-]?\d{5}[\s-]?\d{2}[\s-]?\d(?!\d)")


def _accounts(text: str) -> Iterator[str]:
    for match in _NEAR_A_BANK.finditer(text):
        yield (match.group(1) or match.group(2)).strip()
    yield from _matches(_BANK_SHAPE, text)
    for words in _matches(_PERSON_SHAPE, text):
        if pin.is_valid(re.sub(r"\D", "", words)):
            yield words


# --- words ---

#: Not ออนไลน์, and not a line where something is made.
_LINE = r"(?:(?<!ออน)(?<!สตรีม)ไลน์?(?!์|การผลิต|ผลิต|สินค้า)|\bline\b)"
_PLACES = (
    rf"(?:{_LINE}|facebook|เฟซ?ส?บุ๊?[กค]|\bfb\b|\big\b|instagram|อินสตาแกรม|ไอจี|whats\s?app"
    r"|วอท(?:ส์)?แอป|telegram|เทเลแกรม|we\s?chat|วีแชท|messenger|เมสเซนเจอร์|tiktok|ติ๊กต็อก)"
)
CHATS = re.compile(
    # ทักไลน์, add me on LINE
    r"(?:ทัก|แอ๊?ด|ติดต่อ|เพิ่มเพื่อน|คุยกัน|คุยต่อ|ขอ|\badd\b|\bdm\b|\bcontact\b|\bchat\b|\bmessage\b"
    rf"|\btext\b|\bwrite\b|\btalk\b|\bfind\b|\bmy\b)[^\n.]{{0,18}}?{_PLACES}(?!\s*(?:of|up|with)\b)"
    # ไลน์ไอดี mali99, Line: mali, IG @mali
    rf"|{_PLACES}\s*(?:id|ไอดี|ชื่อ|official|oa)(?![a-z])\s*[:=]?\s*@?[a-z0-9._-]*"
    rf"|{_PLACES}\s*(?:[:=]\s*@?|@)[a-z0-9][\w.-]*"
    r"|(?<!ออน)(?<!สตรีม)ไลน์\s*@?[a-z][a-z0-9._-]{3,}"
    r"|(?:\bid\b|ไอดี)\s*(?:line|ไลน์?)"
    # a handle that stands alone
    r"|(?<![\w.@])@(?=[\w.-]*[a-z])[a-z0-9][a-z0-9._-]{2,}"
)
ELSEWHERE = re.compile(
    r"โอน(?:เงิน|ตรง|มา|เข้า|ให้|ก่อน|ได้|ผ่าน|จ่าย|นอก|ค่า)"
    r"|(?:จ่าย|ชำระ)(?:เงิน)?(?:กัน)?(?:ตรง|นอก|เงินสด|สด|กับเรา|ปลายทาง)"
    r"|เก็บเงินปลายทาง|เลขที่?บัญชี|ส่งสลิป|แนบสลิป"
    r"|นอก(?:ระบบ|เว็บ|แอป|แอพ|แพลตฟอร์ม|ตลาด)|ไม่(?:ต้อง)?ผ่าน(?:เว็บ|ระบบ|แอป|แอพ|ตลาด)"
    r"|(?:ซื้อ|สั่ง)(?:กัน)?(?:โดย)?ตรง(?:กับ|ที่|จาก)?(?:เรา|กลุ่ม|ร้าน|หน้าร้าน)"
    r"|ทรู\s?มัน?นี่?|true\s?money|วอลเล็[ทต]"
    r"|western union|\bpaypal\b|\bcrypto\b|\bbitcoin\b|\busdt\b"
    r"|\bbank transfer\b|\bwire (?:me|us|you|the money|it)\b"
    r"|\btransfer (?:me |us |you )?(?:the )?(?:money|cash|payment|deposit)\b"
    r"|\bpay(?:ing)? (?:you |me |us |them )?(?:directly|direct|outside|(?:in )?cash|by transfer)\b"
    r"|\b(?:outside|without) (?:of )?(?:the |this )?(?:site|website|platform|app|shop|market)\b"
    r"|\boff[- ](?:site|platform|app)\b|\baccount number\b|\bcash on delivery\b"
    r"|\bcod\b(?! (?:fish|liver|roe|cake))"
)


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    for match in pattern.finditer(text):
        yield " ".join(match.group().split())
