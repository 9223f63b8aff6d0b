"""What a form led to, kept by the browser: the page that shows it has an address, to go back to and to reload.

An answer to a form cannot be shown again without sending the form again. So a form leads to a page by 303, and what
that page shows, such as the number that a code was sent to, is in a cookie: never in an address, and encrypted. What
is too long for one is answered at once, and is in a field of the answer, with which its links to other languages ask.
"""

import zlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from litestar.datastructures import Cookie
from msgspec import MsgspecError
from msgspec.json import decode, encode

from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import SessionId

KEPT_COOKIE: Final = "__Host-kept"
KEPT: Final = "kept"
"""The parameter of the address of a page that shows what was kept."""
Fields = Mapping[str, str | Sequence[str]]
LIFE_ON_PAGES: Final = timedelta(days=1)
"""How long a page can be asked for with what it has in a field."""
_LIFE: Final = timedelta(minutes=10)
_MOST: Final = 3_800
"""Characters: browsers keep cookies of 4,096 with name and attributes."""


class KeptForms:
    """Encrypts fields for one page and one session (Fernet); also reads what previous keys have encrypted."""

    def __init__(self, key: bytes, *, previous: Sequence[bytes] = (), clock: Clock) -> None:
        self._fernet = MultiFernet([Fernet(urlsafe_b64encode(each)) for each in (key, *previous)])
        self._clock = clock

    def seal(self, fields: Fields, path: str, session_id: SessionId | None) -> str:
        """Fields for `read`."""
        listed = {name: [value] if isinstance(value, str) else value for name, value in fields.items()}
        text = zlib.compress(encode((path, session_id, listed)), 9)  # so that pages of Cyrillic or Persian text fit
        return self._fernet.encrypt_at_time(text, int(self._clock.now().timestamp())).decode()

    def cookie(self, sealed: str) -> Cookie | None:
        """The cookie that keeps them; None: they are too long for one."""
        return _cookie(sealed, int(_LIFE.total_seconds())) if len(sealed) <= _MOST else None

    def read(
        self, value: str, path: str, session_id: SessionId | None, *, life: timedelta = _LIFE
    ) -> Mapping[str, Sequence[str]]:
        """The fields; none of another page or session, and none that are too old or were changed."""
        now = int(self._clock.now().timestamp())
        try:
            text = zlib.decompress(self._fernet.decrypt_at_time(value, int(life.total_seconds()), now))
            of_path, of_session, fields = decode(text, type=tuple[str, SessionId | None, dict[str, tuple[str, ...]]])
        except (InvalidToken, zlib.error, MsgspecError, ValueError):
            return {}
        return fields if (of_path, of_session) == (path, session_id) else {}


def _cookie(value: str, age: int) -> Cookie:
    return Cookie(key=KEPT_COOKIE, value=value, max_age=age, secure=True, httponly=True, samesite="strict")


FORGOTTEN: Final = _cookie("", 0)
"""Removes what was kept."""
