"""What is drawn at random has as many bits as docs/operate/security.md claims."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase
from typing import Any, Final
from uuid import UUID

import pytest

from adapters.openid.flows import _RANDOM_BYTES as FLOW_BYTES
from adapters.qpay_edge.signatures import _NONCE_BYTES as EDGE_NONCE_BYTES
from adapters.security import entropy as system
from adapters.security.entropy import SystemEntropy
from adapters.security.refresh_tokens import _FAMILY_BYTES, _SECRET_BYTES
from booking_domain.bookings.consents import ConsentCode
from booking_domain.bookings.references import new_reference
from booking_domain.catalogue.booking_links import BookingLink
from booking_domain.catalogue.invitation_links import InvitationLink
from booking_domain.identity.calendar_links import CalendarLink
from booking_domain.identity.known_clients import ClientTrace, KnownClient
from booking_domain.identity.passkeys import PasskeyChallenge
from booking_domain.identity.remembered_devices import RememberedDevice
from booking_domain.identity.second_factor import RECOVERY_CODES, SecondFactor
from booking_domain.identity.sessions import Client
from booking_domain.shared.ids import DeviceId, Entropy, ProviderId, SalonId, SessionId, UserId
from booking_domain.testing.builders import NOW
from booking_domain.webhooks.model import new_secret
from entrypoints.cli.admin import first_password

ROOT: Final = Path(__file__).parents[4]
USER: Final = UserId(UUID(int=1))
PROVIDER: Final = ProviderId(UUID(int=2))


def _invitation(entropy: Entropy) -> InvitationLink:
    return InvitationLink.make(
        SalonId(UUID(int=5)),
        contact=None,
        most_uses=1,
        language="en",
        entropy=entropy,
        now=NOW,
        life=timedelta(days=1),
    )


PICKED: Final[Mapping[str, tuple[Callable[[Entropy], object], float]]] = {
    "calendar addresses": (lambda entropy: CalendarLink.make(USER, entropy=entropy, now=NOW), 258),
    "webhooks": (new_secret, 288),
    "passkeys": (lambda entropy: PasskeyChallenge.make(None, entropy, NOW), 256),
    "tokens of remembered devices": (
        lambda entropy: RememberedDevice.make(DeviceId(UUID(int=3)), USER, Client(), entropy, NOW),
        256,
    ),
    "tokens of known clients": (
        lambda entropy: KnownClient.make(USER, SessionId(UUID(int=4)), ClientTrace(), entropy, NOW),
        256,
    ),
    "second factors": (lambda entropy: SecondFactor(user_id=USER).set_up(entropy), 160),
    "recovery codes": (lambda entropy: SecondFactor(user_id=USER).with_recovery_codes(entropy), 120 * RECOVERY_CODES),
    "tokens of booking links": (lambda entropy: BookingLink.make(PROVIDER, "x", entropy=entropy, now=NOW), 132),
    "tokens of invitations to salons": (_invitation, 132),
    "passwords of admins that the command line adds": (first_password, 103),
    "consent codes": (lambda entropy: ConsentCode.make(PROVIDER, entropy=entropy, now=NOW), 49),
    "booking references": (new_reference, 29),
}
"""Everything that is picked, how, and its bits; the row of docs/operate/security.md has the same name."""
PICKERS: Final = frozenset(
    {
        "booking_domain/catalogue/invitation_links.py",
        "booking_domain/identity/calendar_links.py",
        "booking_domain/webhooks/model.py",
        "booking_domain/identity/known_clients.py",
        "booking_domain/identity/passkeys.py",
        "booking_domain/identity/remembered_devices.py",
        "booking_domain/identity/second_factor.py",
        "booking_domain/catalogue/booking_links.py",
        "booking_domain/bookings/consents.py",
        "booking_domain/bookings/references.py",
        "booking_domain/gift_cards/model.py",
        "booking_domain/loyalty/referrals.py",
        "entrypoints/cli/admin.py",
    }
)
BYTES: Final = {
    "refresh tokens": _SECRET_BYTES,
    "families of refresh tokens": _FAMILY_BYTES,
    "calls between API and Worker": EDGE_NONCE_BYTES,
    "state, nonce and PKCE verifier of sign-ins with Google and Apple": FLOW_BYTES,
}


class Recording(Entropy):
    """Adds up the bits that are picked."""

    def __init__(self) -> None:
        self.bits = 0.0

    def new_id(self) -> UUID:
        return UUID(int=0)

    def pick(self, alphabet: str, length: int) -> str:
        assert len(set(alphabet)) == len(alphabet)
        self.bits += math.log2(len(alphabet)) * length
        return alphabet[0] * length


def _claims() -> Mapping[str, str]:
    lines = (ROOT / "docs" / "operate" / "security.md").read_text(encoding="utf-8").splitlines()
    return {cells[1].strip(): line for line in lines if len(cells := line.split("|")) > 3}


def _random_bits(row: str) -> int | None:
    found = re.search(r"(\d+) random bits", row)
    return None if found is None else int(found[1])


@pytest.mark.parametrize("kind", PICKED)
def test_each_kind_of_secret_has_the_bits_that_the_document_claims(kind: str) -> None:
    make, bits = PICKED[kind]
    recording = Recording()
    make(recording)
    assert math.floor(recording.bits + 1e-9) == bits
    claimed = _random_bits(_claims()[kind])
    assert claimed is None or claimed <= recording.bits


@pytest.mark.parametrize("kind", [kind for kind in BYTES if kind in _claims()])
def test_random_bytes_have_the_bits_that_the_document_claims(kind: str) -> None:
    assert _random_bits(_claims()[kind]) == 8 * BYTES[kind]


def test_everything_that_is_drawn_is_listed() -> None:
    sources = ROOT / "src"
    pickers = {
        path.relative_to(sources).as_posix()
        for path in sources.rglob("*.py")
        if ".pick(" in path.read_text(encoding="utf-8") and "testing" not in path.parts
    }
    assert pickers == PICKERS


class Counting:
    """In the place of the operating system: returns the number that it is told, and records the bound."""

    def __init__(self) -> None:
        self.number: Callable[[int], int] = lambda _: 0
        self.bound = 0

    def randbelow(self, bound: int) -> int:
        self.bound = bound
        number = self.number(bound)
        assert 0 <= number < bound
        return number

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"drawn by another function: {name}")


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting()
    monkeypatch.setattr(system, "secrets", counting)
    return counting


def test_each_number_below_the_bound_is_another_result(counting: Counting) -> None:
    results = set()
    for number in range(3**6):
        counting.number = lambda _, number=number: number  # type: ignore[misc] # a default that is always given
        results.add(SystemEntropy().pick("abc", 6))
    assert counting.bound == len(results) == 3**6


@pytest.mark.parametrize("length", [1, 21, 22, 43, 48, 1_000])
def test_each_position_takes_each_letter(counting: Counting, length: int) -> None:
    alphabet = ascii_lowercase + ascii_uppercase
    for place, letter in enumerate(alphabet):
        counting.number = lambda bound, place=place: place * (bound - 1) // (len(alphabet) - 1)  # type: ignore[misc]
        assert SystemEntropy().pick(alphabet, length) == letter * length
        assert counting.bound == len(alphabet) ** length
