"""Forged access tokens of every known kind; some are signed with the right key."""

import base64
import hmac
import json
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Final

_LETTERS: Final = string.ascii_letters + string.digits + "-_"
_STRANGE: Final = "=.+/ \t\n\x00%é\ud800" + _LETTERS
_NO_ALGORITHM: Final[tuple[object, ...]] = ("none", "None", "nOnE", "NONE", "", None, 0, "HS256 ", "hs256")
_OTHER_DIGESTS: Final = {"HS384": "sha384", "HS512": "sha512"}
_PUBLIC_KEYS: Final = ("RS256", "RS512", "PS256", "ES256", "ES256K", "EdDSA", "dir", "A256KW")
_KEY_IDS: Final[tuple[object, ...]] = (
    None,
    "",
    "1",
    1,
    [],
    {},
    "../../../../../../dev/null",
    "/proc/sys/kernel/randomize_va_space",
    "' OR '1'='1",
    "x' UNION SELECT 'secret' --",
    "https://example.com/keys.json",
    "\x00",
)
_POINTERS: Final[dict[str, Any]] = {
    "jku": "https://example.com/keys.json",
    "x5u": "https://example.com/key.pem",
    "jwk": {"kty": "oct", "k": "c2VjcmV0"},
    "x5c": ["MIIB"],
    "x5t": "c2VjcmV0",
    "crit": ["exp"],
    "b64": False,
    "cty": "JWT",
    "zip": "DEF",
}
_TYPES: Final[tuple[object, ...]] = (
    None,
    "",
    "JWT",
    "jwt",
    "AT+JWT",
    "application/at+jwt",
    "rt+jwt",
    "id+jwt",
    "dpop+jwt",
    "logout+jwt",
    1,
)
_AUDIENCES: Final[tuple[object, ...]] = (
    None,
    "",
    "booking",
    "booking-api ",
    "Booking-API",
    "booking-api-2",
    ["booking-api"],
    [],
    {},
    1,
)
_ISSUERS: Final[tuple[object, ...]] = (None, "", "Booking", "booking-api", "https://example.com", ["booking"], 1)
_NO_NUMBERS: Final[tuple[object, ...]] = (
    None,
    "",
    "9999999999",
    9_999_999_999.5,
    float("inf"),
    float("nan"),
    True,
    [],
    {},
)
_NO_IDS: Final[tuple[object, ...]] = (None, "", "dorj", 7, [], {}, "0" * 31, "' OR 1=1 --")
_NO_ROLES: Final[tuple[object, ...]] = (None, "", "root", "system", "SYSTEM", "Admin", 1, [], {})


@dataclass(frozen=True, slots=True)
class Forger:
    """Forges tokens from a genuine one, its parts, its signing key and a foreign key."""

    random: Random
    token: str
    other: str
    """The token of another user."""
    key: bytes
    own_key: bytes
    keys_of_other_uses: tuple[bytes, ...]
    opaque: tuple[str, ...]
    """Genuine tokens of other purposes."""

    def forgeries(self, number: int) -> Iterator[tuple[str, str]]:
        """That many forgeries with their kinds, all kinds in rotation."""
        kinds = list(KINDS.items())
        made = 0
        while made < number:
            for name, make in kinds:
                text = make(self)
                if text not in {self.token, self.other}:
                    made += 1
                    yield name, text

    @property
    def header(self) -> dict[str, Any]:
        return dict(json.loads(_decoded(self.token.split(".")[0])))

    @property
    def claims(self) -> dict[str, Any]:
        return dict(json.loads(_decoded(self.token.split(".")[1])))

    def signed(
        self,
        *,
        header: dict[str, Any] | None = None,
        claims: dict[str, Any] | None = None,
        key: bytes | None = None,
        digest: str = "sha256",
    ) -> str:
        """A token of these parts; the genuine parts and key by default."""
        parts = (self.header if header is None else header, self.claims if claims is None else claims)
        signing = ".".join(_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
        return f"{signing}.{_encoded(hmac.digest(self.key if key is None else key, signing.encode(), digest))}"

    def with_header(self, name: str, value: object, **more: Any) -> str:
        return self.signed(header=_with(self.header, name, value), **more)

    def with_claim(self, name: str, value: object) -> str:
        return self.signed(claims=_with(self.claims, name, value))


def _with(members: dict[str, Any], name: str, value: object) -> dict[str, Any]:
    """A value of None removes the member."""
    return {key: each for key, each in {**members, name: value}.items() if each is not None}


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _a_character(forger: Forger) -> str:
    text, random = forger.token, forger.random
    for _ in range(random.choice((1, 1, 1, 2, 5))):
        at = random.randrange(len(text))
        match random.randrange(4):
            case 0:
                text = text[:at] + random.choice(_LETTERS) + text[at + 1 :]
            case 1:
                text = text[:at] + random.choice(_STRANGE) + text[at + 1 :]
            case 2:
                text = text[:at] + random.choice(_STRANGE) + text[at:]
            case _:
                text = text[:at] + text[at + 1 :]
    return text


def _the_end(forger: Forger) -> str:
    """Base64 has several ways to write one value, unless one looks: the last character, padding."""
    random, text = forger.random, forger.token
    return random.choice((text[:-1] + random.choice(_LETTERS), text + "=", text + "==", text + random.choice(_STRANGE)))


def _a_bit(forger: Forger) -> str:
    parts = forger.token.split(".")
    at = forger.random.randrange(3)
    raw = bytearray(_decoded(parts[at]))
    raw[forger.random.randrange(len(raw))] ^= 1 << forger.random.randrange(8)
    parts[at] = _encoded(bytes(raw))
    return ".".join(parts)


def _the_segments(forger: Forger) -> str:
    random, mine, theirs = forger.random, forger.token.split("."), forger.other.split(".")
    head, body, signature = mine
    return random.choice(
        (
            f"{head}.{body}.",
            f"{head}.{body}",
            f"{head}..{signature}",
            f".{body}.{signature}",
            f"{head}.{body}.{signature[: random.randrange(1, len(signature))]}",
            f"{head}.{body}.{signature}{signature}",
            f"{head}.{body}.{theirs[2]}",
            f"{head}.{theirs[1]}.{signature}",
            f"{body}.{head}.{signature}",
            f"{forger.token}.{signature}",
            f"{head}.{body}.{_encoded(random.randbytes(32))}",
            f"{head}.{body}.{_encoded(bytes(32))}",
            ".".join(random.sample(mine, 3)[:2]),
        )
    )


def _no_algorithm(forger: Forger) -> str:
    text = forger.with_header("alg", forger.random.choice(_NO_ALGORITHM))
    return forger.random.choice((text, text.rpartition(".")[0] + "."))


def _another_digest(forger: Forger) -> str:
    algorithm, digest = forger.random.choice(list(_OTHER_DIGESTS.items()))
    return forger.with_header("alg", algorithm, digest=digest)


def _a_public_key(forger: Forger) -> str:
    """HMAC tokens for a public-key algorithm, and the reverse."""
    pem = b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(forger.key) + b"\n-----END PUBLIC KEY-----\n"
    key = forger.random.choice((forger.key, pem, forger.own_key))
    text = forger.with_header("alg", forger.random.choice(_PUBLIC_KEYS), key=key)
    return forger.random.choice((text, forger.signed(key=pem)))


def _a_key_id(forger: Forger) -> str:
    key = forger.random.choice((forger.key, forger.own_key, b"", b"\x00", b"2"))
    return forger.with_header("kid", forger.random.choice(_KEY_IDS), key=key)


def _a_pointer_to_a_key(forger: Forger) -> str:
    name, value = forger.random.choice(list(_POINTERS.items()))
    key = forger.random.choice((forger.key, forger.own_key, b"secret"))
    return forger.with_header(name, value, key=key)


def _a_type(forger: Forger) -> str:
    return forger.with_header("typ", forger.random.choice(_TYPES))


def _an_audience(forger: Forger) -> str:
    return forger.with_claim("aud", forger.random.choice(_AUDIENCES))


def _an_issuer(forger: Forger) -> str:
    return forger.with_claim("iss", forger.random.choice(_ISSUERS))


def _a_time(forger: Forger) -> str:
    random, issued = forger.random, forger.claims["iat"]
    name, value = random.choice(
        (
            ("exp", random.choice(_NO_NUMBERS)),
            ("exp", issued - random.randrange(10**9)),
            ("nbf", issued + random.randrange(1, 10**9)),
            ("nbf", random.choice(_NO_NUMBERS[1:])),
            ("iat", None),
        )
    )
    return forger.with_claim(name, value)


def _somebody(forger: Forger) -> str:
    random = forger.random
    name, values = random.choice((("sub", _NO_IDS), ("sid", _NO_IDS), ("role", _NO_ROLES)))
    return forger.with_claim(name, random.choice(values))


def _another_key(forger: Forger) -> str:
    claims = {**forger.claims, "role": "admin"}
    key = forger.random.choice((forger.own_key, forger.random.randbytes(32), b"", *forger.keys_of_other_uses))
    return forger.signed(claims=claims, key=key)


def _something_else(forger: Forger) -> str:
    random = forger.random
    rubbish = "".join(random.choices(_STRANGE, k=random.randrange(400)))
    return random.choice((*forger.opaque, rubbish, rubbish.replace(".", "") + "." + forger.token))


KINDS: Final[dict[str, Callable[[Forger], str]]] = {
    "a character": _a_character,
    "the end": _the_end,
    "a bit": _a_bit,
    "the segments": _the_segments,
    "no algorithm": _no_algorithm,
    "another digest": _another_digest,
    "a public key": _a_public_key,
    "a key id": _a_key_id,
    "a pointer to a key": _a_pointer_to_a_key,
    "a type": _a_type,
    "an audience": _an_audience,
    "an issuer": _an_issuer,
    "a time": _a_time,
    "somebody": _somebody,
    "another key": _another_key,
    "something else": _something_else,
}
