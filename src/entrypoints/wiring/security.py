"""Secrets, and signing in with other services."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from adapters.openid.clients import AppleKey, OpenIdClient, apple, google
from adapters.openid.services import HttpOpenIdProviders
from adapters.security.encryption import AesGcmFieldCipher
from adapters.security.keys import derived_key, derived_keys
from adapters.security.time_codes import TotpTimeCodes
from booking_domain.identity.external_identities import IdentityProvider
from entrypoints.settings.main import Settings

T_co = TypeVar("T_co", covariant=True)


class Keyed(Protocol[T_co]):
    """What signs with one key, and accepts signatures of previous ones."""

    def __call__(self, key: bytes, *, previous: Sequence[bytes] = ()) -> T_co: ...


def keyed(make: Keyed[T_co], purpose: str) -> Callable[[Settings], T_co]:
    """What makes it with the keys for a purpose."""

    def make_keyed(settings: Settings) -> T_co:
        return make(
            derived_key(settings.secret_key, purpose), previous=derived_keys(settings.previous_secret_keys, purpose)
        )

    return make_keyed


def key_for(purpose: str) -> Callable[[Settings], bytes]:
    """What derives the key for a purpose."""

    def make_key(settings: Settings) -> bytes:
        return derived_key(settings.secret_key, purpose)

    return make_key


def make_field_cipher(settings: Settings) -> AesGcmFieldCipher:
    return AesGcmFieldCipher(
        settings.encryption_key, settings.blind_index_key, previous=settings.previous_encryption_keys
    )


def make_time_codes(settings: Settings) -> TotpTimeCodes:
    """Authenticator apps show the brand."""
    return TotpTimeCodes(settings.brand.name)


def make_openid_providers(settings: Settings) -> HttpOpenIdProviders:
    """The platform's clients at the services that are configured."""
    openid = settings.openid
    clients: dict[IdentityProvider, OpenIdClient] = {}
    if openid.google_client_id:
        clients[IdentityProvider.GOOGLE] = google(
            openid.google_issuer, openid.google_client_id, openid.google_client_secret
        )
    if openid.apple_client_id:
        key = AppleKey(team_id=openid.apple_team_id, key_id=openid.apple_key_id, private_key=openid.apple_private_key)
        clients[IdentityProvider.APPLE] = apple(openid.apple_issuer, openid.apple_client_id, key)
    return HttpOpenIdProviders(
        clients,
        redirect_uri=f"{settings.public_url}/api/v1/auth/openid/callback",
        key=derived_key(settings.secret_key, "openid-flows"),
    )
