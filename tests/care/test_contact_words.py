"""What leads away from the shop is found; what only looks like it is let through."""

import pytest

from shop.care.contact_words import Kind, contact_words, flattened, kinds_in

FOUND = {
    Kind.PHONE: [
        "โทร 081-234-5678 นะ",
        "โทร๐๘๑๒๓๔๕๖๗๘",
        "0812345678",
        "0 8 1 2 3 4 5 6 7 8",
        "08.1234.5678",
        "(081) 234 5678",
        "O81-234-5678",
        "0️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣",
        "０８１２３４５６７８",
        "+66 81 234 5678",
        "+66(0)81-234-5678",
        "66812345678",
        "0066812345678",
        "กด ศูนย์แปดหนึ่ง สองสามสี่ ห้าหกเจ็ดแปด",
        "zero eight one two three four five six seven eight",
        "02-123-4567",
        "0-2123-4567",
        "ที่กลุ่ม 043 123 456",
        "tel0812345678",
        "ราคา 450 0812345678",
        "call me: +1 415 555 0132",
        "0\u200b81\u200b2345678",
    ],
    Kind.EMAIL: [
        "mali@example.com",
        "MALI.Thong+x @ Example.co.th",
        "mali (at) gmail (dot) com",
        "mali at gmail dot com",
        "mali99@gmail",
    ],
    Kind.CHAT: [
        "ทักไลน์มานะ",
        "ไลน์ไอดี mali99",
        "Line ID: mali99",
        "LINE: mali",
        "line : @mali",
        "ขอไลน์หน่อย",
        "ไอดีไลน์ มะลิ",
        "แอดเฟซบุ๊กกลุ่มได้เลย",
        "ติดต่อทางเฟสบุ๊คก็ได้",
        "add me on LINE",
        "IG: mali.weaves",
        "write to me on WhatsApp",
        "@mali_weaves",
        "ไลน์ mali.99",
    ],
    Kind.LINK: [
        "https://example.org/pay",
        "www.mali.shop",
        "ดูที่ mali-weaves.com",
        "mali.co.th",
        "lin.ee/abc123",
        "bit.ly/3xyz",
        "mali dot com",
        "shop.page/mali",
    ],
    Kind.ACCOUNT: [
        "กสิกร 123-4-56789-0",
        "123-4-56789-0 ชื่อ มะลิ",
        "เลขบัญชี ๑๒๓๔๕๖๗๘๙๐",
        "ธ.ก.ส. 012345678901",
        "พร้อมเพย์ 0812345678",
        "PromptPay 1-1037-02071-81-1",
        "account 1234567890 SCB",
        "1234567890 bank",
    ],
    Kind.ELSEWHERE: [
        "โอนเงินมาก่อนได้เลย",
        "โอนตรงลดให้ 50 บาท",
        "จ่ายปลายทางได้ไหม",
        "เก็บเงินปลายทาง",
        "สั่งตรงกับเรา ถูกกว่า",
        "ซื้อขายนอกระบบดีกว่า",
        "มี COD ไหม",
        "can I pay you directly?",
        "pay cash",
        "let's do it outside the platform",
        "bank transfer is cheaper",
        "what is your account number",
        "จ่ายทางทรูมันนี่",
    ],
}

INNOCENT = [
    "ราคา 1,200 บาท สองผืน 2,400 บาท ค่าส่ง 40",
    "450 500 650 850 900 บาท",
    "0 650 700 850 บาท",
    "ขนาด 090 x 180 ซม. และ 100 x 200 ซม.",
    "0.25 0.50 0.75 1.00 กก.",
    "หนัก 0.35 กก.",
    "size 38 40 42 44 46",
    "เบอร์ 20/2 กับ 40/2",
    "ส่ง ต.ในเมือง อ.เมือง จ.ขอนแก่น 40000",
    "กรุงเทพฯ 10500 ได้ไหม",
    "เลขพัสดุ EF123456785TH",
    "tracking TH0123456789A",
    "เลขพัสดุ 820123456789",
    "SPXTH0612345678",
    "คำสั่งซื้อ TLF-7K3M-9QZX",
    "อย. 10-1-06123-4-0001",
    "มผช. 17/2563",
    "ทะเบียน 4-40-01-06/1-0012",
    "ภายในวันที่ 06/11/2569 10.30 น. ได้ไหม",
    "06-11-69 ส่งได้ไหม",
    "พ.ศ. 2569 เดือน 12",
    "สั่ง 120 ผืน ใช้ 15 ธ.ค. 2569",
    "เห็นในร้านออนไลน์",
    "ขอสั่งออนไลน์ได้ไหม",
    "a clothes line, in line with the first one",
    "ลายเส้นตรง สีคราม",
    "จ่ายด้วยพร้อมเพย์ได้ไหม",
    "จ่ายด้วยบัตรได้ไหม",
    "สีอ่อนโยน ไม้โอนเอนไหม",
    "dried cod fish",
    "straight from the maker",
    "2 ผืน @ 450",
    "ฝ้าย100%.ย้อมคราม",
    "soft.Me and my sister like it",
    "หนึ่งผืน สองสี สามขนาด",
    "one or two pieces, maybe three",
    "",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, t) for kind in FOUND for t in FOUND[kind]])
def test_what_leads_away_is_found(kind, text):
    assert kind in kinds_in(contact_words(text)), contact_words(text)


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_looks_like_it_is_let_through(text):
    assert contact_words(text) == []


def test_links_of_the_shop_itself_lead_nowhere_else():
    text = "เหมือนอันนี้ https://talat.example.com/th/products/x/"

    assert kinds_in(contact_words(text)) == ["link"]
    assert contact_words(text, own_hosts=("talat.example.com",)) == []


def test_each_finding_says_what_was_recognised_once():
    found = contact_words("๐๘๑-๒๓๔-๕๖๗๘ หรือ 081-234-5678, mali@example.com")

    assert [(each.kind, each.words) for each in found] == [
        (Kind.PHONE, "081-234-5678"),
        (Kind.EMAIL, "mali@example.com"),
    ]


@pytest.mark.parametrize("text", ["0" * 5000, "1-" * 5000, "a@" * 3000, "ไลน์" * 2000, "้" * 4000])
def test_a_wall_of_text_is_read_quickly(text):
    import time

    begun = time.monotonic()
    contact_words(text)

    assert time.monotonic() - begun < 2


def test_flattening_leaves_thai_words_alone():
    assert flattened("ผ้าขาวม้า น้ำเงิน") == "ผ้าขาวม้า น้ำเงิน"
