"""The words of the pages a buyer or tester sees, in Thai and English."""

from __future__ import annotations

_WORDS = {
    # Frame
    "test_mode": ("โหมดทดสอบ · Stripe simulator", "Test mode · Stripe simulator"),
    "no_money": ("ไม่มีเงินจริงเคลื่อนไหว", "No real money moves"),
    # Summary
    "pay_title": ("ชำระเงิน", "Pay"),
    "summary": ("รายการที่ซื้อ", "What you are buying"),
    "total": ("ยอดที่ต้องชำระ", "Total due"),
    "quantity": ("จำนวน", "Qty"),
    "back": ("กลับไปที่ร้าน", "Back to the shop"),
    # Card form
    "card": ("จ่ายด้วยบัตร", "Pay by card"),
    "email": ("อีเมล", "E-mail"),
    "number": ("หมายเลขบัตร", "Card number"),
    "expiry": ("หมดอายุ (ดด/ปป)", "Expiry (MM/YY)"),
    "cvc": ("รหัสหลังบัตร (CVC)", "Security code (CVC)"),
    "name": ("ชื่อบนบัตร", "Name on card"),
    "pay": ("ชำระเงิน {amount}", "Pay {amount}"),
    "fill_title": ("กรอกบัตรทดสอบ", "Fill in a test card"),
    "fill_help": (
        "กดปุ่มหนึ่งปุ่ม แล้วกดชำระเงิน ห้ามใช้บัตรจริง",
        "Press one, then pay. Never type a real card.",
    ),
    "card_succeed": ("สำเร็จ", "Succeeds"),
    "card_declined": ("ถูกปฏิเสธ", "Declined"),
    "card_insufficient_funds": ("วงเงินไม่พอ", "Insufficient funds"),
    "card_three_d_secure": ("ต้องยืนยัน 3-D Secure", "Asks for 3-D Secure"),
    "card_expired": ("บัตรหมดอายุ", "Expired card"),
    # PromptPay
    "promptpay": ("จ่ายด้วยพร้อมเพย์", "Pay by PromptPay"),
    "promptpay_help": (
        "ระบบจะแสดง QR ให้สแกนด้วยแอปธนาคาร",
        "You will see a QR code to scan with a bank's app.",
    ),
    "show_qr": ("แสดง QR พร้อมเพย์", "Show the PromptPay QR"),
    "qr_title": ("QR พร้อมเพย์", "PromptPay QR"),
    "qr_alt": ("QR พร้อมเพย์ (ทดสอบ) ยอด {amount}", "PromptPay QR (test) for {amount}"),
    # Of the QR itself: Stripe does not know for how long the shop waits.
    "qr_until": (
        "QR นี้ใช้ได้ถึง {time} น. แต่ร้านอาจปิดรับชำระก่อน ตามเวลาที่แจ้งไว้ในหน้าของร้าน",
        "This QR itself works until {time}. The shop may close the payment earlier,"
        " at the time its own page gives.",
    ),
    "tester": ("สำหรับผู้ทดสอบ: ให้ธนาคารตอบว่า", "For testers: let the bank answer"),
    "do_pay": ("จ่ายแล้ว", "Paid"),
    "do_process": ("กำลังดำเนินการ", "Still processing"),
    "do_fail": ("จ่ายไม่สำเร็จ", "Payment failed"),
    "do_expire": ("ปล่อยให้ QR หมดเวลา", "Let the QR expire"),
    "other_way": ("เลือกวิธีจ่ายอื่น", "Choose another way to pay"),
    "check_again": ("ดูสถานะอีกครั้ง", "Check again"),
    # 3-D Secure
    "bank_title": ("ยืนยันตัวตนกับธนาคาร", "Confirm with your bank"),
    "bank_help": (
        "ธนาคารผู้ออกบัตรขอให้ยืนยันการจ่าย {amount} ด้วยบัตรที่ลงท้ายด้วย {last4}",
        "The card's bank asks you to confirm {amount} on the card ending in {last4}.",
    ),
    "authenticate": ("ยืนยันการจ่าย", "Confirm the payment"),
    "authenticate_fail": ("ยืนยันไม่สำเร็จ", "Fail the confirmation"),
    # States
    "status_title": ("สถานะการจ่าย", "Payment status"),
    "is_paid": ("จ่ายเรียบร้อยแล้ว", "This has been paid."),
    "is_processing": (
        "ธนาคารกำลังดำเนินการ จะแจ้งผลให้ร้านทราบ",
        "The bank is still working on it and will tell the shop.",
    ),
    "is_waiting": ("รอการจ่าย", "Waiting for the payment."),
    "is_open": ("ยังไม่ได้จ่าย", "Not paid."),
    "is_canceled": (
        "รายการนี้ถูกยกเลิก จ่ายไม่ได้อีก ไม่มีการตัดเงิน",
        "This payment was cancelled and can no longer be paid. No money was taken.",
    ),
    "expired_title": ("หน้าชำระเงินนี้หมดเวลาแล้ว", "This payment page has expired"),
    "expired_help": (
        "ไม่มีการตัดเงิน กลับไปที่ร้านเพื่อเริ่มชำระเงินใหม่",
        "No money was taken. Go back to the shop to start again.",
    ),
    "not_found": ("ไม่พบหน้านี้", "Page not found"),
    # Refund
    "refund_title": ("คืนเงินพร้อมเพย์ {amount}", "PromptPay refund of {amount}"),
    "refund_help": (
        "Stripe ส่งอีเมลถึง {email} เพื่อขอเลขบัญชีธนาคาร ให้ผู้ทดสอบตอบแทนผู้ซื้อ",
        "Stripe has asked {email} for a bank account. Testers answer for the buyer.",
    ),
    "refund_succeed": ("ให้บัญชีแล้ว เงินคืนสำเร็จ", "Account given, money returned"),
    "refund_fail": ("คืนเงินไม่สำเร็จ", "The refund fails"),
    "refund_state": ("สถานะการคืนเงิน: {status}", "Refund status: {status}"),
    # Dispute
    "dispute_title": ("ข้อโต้แย้งการจ่ายบัตร {amount}", "Card payment of {amount} in dispute"),
    "dispute_state": (
        "สถานะ: {status} · เหตุผลของธนาคาร: {reason}",
        "Status: {status} · the bank's reason: {reason}",
    ),
    "dispute_help": (
        "สำหรับผู้ทดสอบ: ให้ธนาคารของผู้ถือบัตรตัดสินว่า",
        "For testers: let the cardholder's bank decide",
    ),
    "dispute_win": ("ร้านชนะ เงินกลับมา", "The shop wins, the money comes back"),
    "dispute_lose": ("ร้านแพ้ ผู้ซื้อได้เงินคืน", "The shop loses, the buyer keeps it"),
    "dispute_open": ("โต้แย้งการจ่ายนี้", "Dispute this payment"),
    "dispute_open_help": (
        "สำหรับผู้ทดสอบ: ให้ผู้ถือบัตรแจ้งธนาคารว่าไม่ยอมรับการจ่ายนี้",
        "For testers: let the cardholder tell the bank that this payment is not accepted",
    ),
    # Connected account
    "setup_title": ("เตรียมบัญชีรับเงิน", "Get your account ready"),
    "setup_help": (
        "{email}: ที่นี่เจ้าของบัญชีจะให้ข้อมูลและเลขบัญชีธนาคารกับ Stripe",
        "{email}: here the owner would give Stripe their details and bank account.",
    ),
    "setup_done": ("{email}: บัญชีนี้พร้อมรับเงินแล้ว", "{email}: this account is ready."),
    "setup_finish": ("กรอกครบแล้ว พร้อมรับเงิน", "All filled in, ready to be paid"),
    # Index
    "index_title": ("Stripe จำลอง", "Stripe simulator"),
    "sessions": ("หน้าชำระเงินล่าสุด", "Recent Checkout Sessions"),
    "intents": ("การจ่ายล่าสุด", "Recent PaymentIntents"),
    "refunds": ("การคืนเงินล่าสุด", "Recent refunds"),
    "disputes": ("ข้อโต้แย้งล่าสุด", "Recent disputes"),
    "none_yet": ("ยังไม่มี", "None yet"),
    "open": ("เปิด", "Open"),
    "col_id": ("รหัส", "Id"),
    "col_amount": ("ยอด", "Amount"),
    "col_status": ("สถานะ", "Status"),
    "col_made": ("เวลา", "Time"),
    "col_page": ("หน้า", "Page"),
    # What is wrong with a field
    "bad_email": ("กรอกอีเมลให้ครบ เช่น name@example.com", "Type a whole e-mail address."),
    "bad_number": ("หมายเลขบัตรไม่ถูกต้อง", "This card number is not valid."),
    "bad_expiry": ("กรอกเดือนและปีที่ยังไม่หมดอายุ เช่น 12/34", "Type a coming month, as 12/34."),
    "bad_cvc": ("รหัสหลังบัตรมี 3 หรือ 4 ตัวเลข", "The security code has 3 or 4 digits."),
    "bad_name": ("กรอกชื่อบนบัตร", "Type the name on the card."),
    # Why the last try failed
    "why_card_declined": (
        "ธนาคารปฏิเสธบัตรนี้ ยังไม่มีการตัดเงิน ลองบัตรอื่นหรือวิธีอื่น",
        "The bank declined this card. No money was taken. Try another card or way to pay.",
    ),
    "why_insufficient_funds": (
        "วงเงินในบัตรไม่พอ ยังไม่มีการตัดเงิน ลองบัตรอื่น",
        "The card has insufficient funds. No money was taken. Try another card.",
    ),
    "why_expired_card": (
        "บัตรนี้หมดอายุแล้ว ยังไม่มีการตัดเงิน ลองบัตรอื่น",
        "This card has expired. No money was taken. Try another card.",
    ),
    "why_incorrect_cvc": (
        "รหัสหลังบัตรไม่ถูกต้อง ยังไม่มีการตัดเงิน",
        "The security code is wrong. No money was taken.",
    ),
    "why_processing_error": (
        "ธนาคารขัดข้องชั่วคราว ยังไม่มีการตัดเงิน ลองอีกครั้ง",
        "The bank had a problem. No money was taken. Try again.",
    ),
    "why_test_mode_live_card": (
        "หน้านี้รับเฉพาะบัตรทดสอบ ไม่มีการส่งหมายเลขบัตรไปที่ใด",
        "Only test cards work here. The number was not sent anywhere.",
    ),
    "why_payment_intent_authentication_failure": (
        "ยืนยันตัวตนกับธนาคารไม่สำเร็จ ยังไม่มีการตัดเงิน ลองอีกครั้งหรือใช้บัตรอื่น",
        "The bank could not confirm it was you. No money was taken. Try again or another card.",
    ),
    "why_payment_intent_payment_attempt_failed": (
        "จ่ายด้วยพร้อมเพย์ไม่สำเร็จ ยังไม่มีการตัดเงิน ลองอีกครั้ง",
        "The PromptPay payment failed. No money was taken. Try again.",
    ),
    "why_payment_intent_payment_attempt_expired": (
        "QR หมดเวลาแล้ว ยังไม่มีการตัดเงิน ขอ QR ใหม่ได้",
        "The QR has expired. No money was taken. You can ask for a new one.",
    ),
}


def language_for(locale: str | None, accepted: str) -> str:
    """``th`` or ``en``: what the shop asked for, else what the browser prefers, else Thai."""
    if locale in ("th", "en", "en-GB"):
        return locale[:2]
    for part in accepted.lower().split(","):
        tag = part.split(";")[0].strip()[:2]
        if tag in ("th", "en"):
            return tag
    return "th"


class Words:
    """The words of one language: ``say("pay", amount="฿10")``."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._place = 1 if language == "en" else 0

    def say(self, name: str, **parts: str) -> str:
        return _WORDS[name][self._place].format(**parts)

    def why(self, failure: dict[str, str] | None) -> str | None:
        """Why the last try failed, in words for a buyer."""
        if not failure:
            return None
        for code in (failure.get("decline_code"), failure.get("code")):
            if f"why_{code}" in _WORDS:
                return self.say(f"why_{code}")
        return self.say("why_card_declined")


def money(satang: int, currency: str) -> str:
    """``฿1,234.50``; a whole price without decimals."""
    sign = "฿" if currency == "thb" else f"{currency.upper()} "
    whole, rest = divmod(satang, 100)
    return f"{sign}{whole:,}.{rest:02d}" if rest else f"{sign}{whole:,}"
