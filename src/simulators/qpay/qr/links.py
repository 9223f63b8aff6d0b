"""Deep links that open an invoice in a bank's app: `<scheme>://q?qPay_QRcode=<qr_text>`."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class BankApp:
    scheme: str
    name: str
    description: str


BANK_APPS: Final = (
    BankApp("qpaywallet", "qPay wallet", "qPay хэтэвч"),
    BankApp("khanbank", "Khan bank", "Хаан банк"),
    BankApp("statebankmongolia", "State bank 3.0", "Төрийн банк 3.0"),
    BankApp("xacbank", "Xac bank", "Хас банк"),
    BankApp("tdbbank", "Trade and Development bank", "TDB online"),
    BankApp("socialpay-payment", "Social Pay", "Голомт банк"),
    BankApp("most", "Most money", "МОСТ мони"),
    BankApp("mbank", "M bank", "М банк"),
    BankApp("toki", "Toki App", "Toki App"),
    BankApp("monpay", "Monpay", "Мон Пэй"),
)


def deep_link(app: BankApp, qr_text: str) -> str:
    return f"{app.scheme}://q?qPay_QRcode={quote(qr_text, safe='')}"


def urls(qr_text: str, *, link_field: str) -> list[dict[str, str]]:
    """Return `urls[]` of an invoice. `link_field` is `link` on live traffic, `qPay_deeplink` in some documentation."""
    return [
        {
            "name": app.name,
            "description": app.description,
            "logo": f"https://qpay.mn/q/logo/{app.scheme}.png",
            link_field: deep_link(app, qr_text),
        }
        for app in BANK_APPS
    ]
