"""The text of the QR code: EMVCo merchant-presented mode, `id, length, value` fields followed by a CRC."""

import binascii
import unicodedata

from simulators.qpay import money

POINT_OF_SALE_DYNAMIC = "12"
MERCHANT_CATEGORY_PERSONAL_SERVICES = "7299"
CURRENCY_MNT = "496"
COUNTRY = "MN"
CITY = "ULAANBAATAR"
_NAME_LIMIT = 25
_BILL_LIMIT = 25


def qr_text(*, invoice_id: str, merchant_name: str, amount_mongo: int) -> str:
    """Return the payload of a dynamic QR code.

    Source: EMV QR Code Specification for Payment Systems, merchant-presented mode (tags 00-63); tags are ordered as in
    live QPay codes.
    """
    digits = str(int(invoice_id.replace("-", ""), 16))
    payload = (
        _field("00", "01")
        + _field("01", POINT_OF_SALE_DYNAMIC)
        + _field("15", digits[:31].rjust(31, "0"))
        + _field("52", MERCHANT_CATEGORY_PERSONAL_SERVICES)
        + _field("53", CURRENCY_MNT)
        + _field("54", money.as_text(amount_mongo))
        + _field("58", COUNTRY)
        + _field("59", _plain(merchant_name)[:_NAME_LIMIT])
        + _field("60", CITY)
        + _field("62", _field("01", invoice_id.replace("-", "")[:_BILL_LIMIT]))
        + "6304"
    )
    return payload + f"{crc(payload):04X}"


def crc(text: str) -> int:
    """Return the CRC-16/CCITT-FALSE for tag 63, over all preceding text including that tag's id and length."""
    return binascii.crc_hqx(text.encode("ascii"), 0xFFFF)


def _field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"


def _plain(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").strip()
    return ascii_only.upper() or "MERCHANT"
