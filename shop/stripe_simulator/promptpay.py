"""The PromptPay QR: a bill-payment text after EMVCo's merchant-presented QR, and its picture."""

from __future__ import annotations

from io import BytesIO

# A biller that no bank knows: an app that scans the code by mistake refuses it and moves no money.
_NOBODY = "000000000000000"
_BILL_PAYMENT = "A000000677010112"


def _field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"


def checksum(text: str) -> str:
    """CRC-16/CCITT-FALSE in four hexadecimal digits."""
    register = 0xFFFF
    for byte in text.encode("ascii"):
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1) ^ 0x1021 if register & 0x8000 else register << 1
            register &= 0xFFFF
    return f"{register:04X}"


def payload(amount: int, reference: str) -> str:
    """The text of a QR that asks for ``amount`` satang once, with a reference of up to 20 signs."""
    biller = (
        _field("00", _BILL_PAYMENT)
        + _field("01", _NOBODY)
        + _field("02", "".join(sign for sign in reference.upper() if sign.isalnum())[-20:])
    )
    text = (
        _field("00", "01")
        + _field("01", "12")
        + _field("30", biller)
        + _field("53", "764")
        + _field("54", f"{amount // 100}.{amount % 100:02d}")
        + _field("58", "TH")
        + _field("59", "STRIPE SIMULATOR")
        + _field("60", "TEST")
        + "6304"
    )
    return text + checksum(text)


def picture(text: str, kind: str) -> bytes:
    """The QR as ``svg`` or ``png`` with its quiet zone."""
    import segno  # only here: the server must start fast

    out = BytesIO()
    code = segno.make(text, error="m", micro=False)
    if kind == "svg":
        code.save(out, kind="svg", scale=8, border=4, light="#ffffff", xmldecl=True)
    else:
        code.save(out, kind="png", scale=8, border=4, light="#ffffff")
    return out.getvalue()
