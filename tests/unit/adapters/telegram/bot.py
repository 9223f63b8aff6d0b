"""Signs data as Telegram documents it, with only the standard library."""

import hashlib
import hmac
import json
from typing import Any, Final
from urllib.parse import quote, urlencode

TOKEN: Final = "7342037359:AAHtest-token_of_this_bot-000000001"
OTHER_TOKEN: Final = "6342037358:AAHtest-token_of_another_bot-00002"
DORJ: Final[dict[str, Any]] = {
    "id": 99281932,
    "first_name": "Дорж",
    "last_name": "Бат + / & =",
    "username": "dorj",
    "language_code": "mn",
    "is_premium": True,
    "allows_write_to_pm": True,
    "photo_url": "https://t.me/i/userpic/320/4FPEE4tmP3ATHa57u6MqTDih13LTOiMoKoLDRG4PnSA.svg",
}


def init_data_fields(auth_date: int, user: dict[str, Any] | None = None, **more: str) -> dict[str, str]:
    """The fields of a mini-app's init data, without `hash`."""
    return {
        "user": json.dumps(user or DORJ, separators=(",", ":"), ensure_ascii=False),
        "chat_instance": "8134722200314281151",
        "chat_type": "private",
        "auth_date": str(auth_date),
        "signature": "TYJxVcisqbWjtodPepiJ6ghziUL94-KNpG8Pau-X7oNNLNBM72APCpi_RKiUlBvcqo5L-LAxIc3dnTzcZX_PDg",
        **more,
    }


def widget_fields(auth_date: int, **more: str) -> dict[str, str]:
    """The fields of the login widget, without `hash`."""
    return {
        "id": "99281932",
        "first_name": "Дорж",
        "last_name": "Бат",
        "username": "dorj",
        "photo_url": "https://t.me/i/userpic/320/dorj.jpg",
        "auth_date": str(auth_date),
        **more,
    }


def check_string(fields: dict[str, str]) -> str:
    return "\n".join(key + "=" + fields[key] for key in sorted(fields))


def hash_for_app(fields: dict[str, str], token: str = TOKEN) -> str:
    secret = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
    return hmac.new(secret, check_string(fields).encode(), hashlib.sha256).hexdigest()


def hash_for_widget(fields: dict[str, str], token: str = TOKEN) -> str:
    secret = hashlib.sha256(token.encode()).digest()
    return hmac.new(secret, check_string(fields).encode(), hashlib.sha256).hexdigest()


def signed_app(fields: dict[str, str], token: str = TOKEN) -> dict[str, str]:
    return {**fields, "hash": hash_for_app(fields, token)}


def signed_widget(fields: dict[str, str], token: str = TOKEN) -> dict[str, str]:
    return {**fields, "hash": hash_for_widget(fields, token)}


def query(fields: dict[str, str]) -> str:
    """Encode fields the way Telegram passes them to a mini-app."""
    return urlencode(fields, quote_via=quote)


def init_data(auth_date: int, user: dict[str, Any] | None = None, *, token: str = TOKEN, **more: str) -> str:
    """Signed and encoded init data."""
    return query(signed_app(init_data_fields(auth_date, user, **more), token))
