"""Settings of signing in with Google and Apple."""

from dataclasses import dataclass
from typing import Final

from entrypoints.settings.environment import PRIVATE_TEXT, TEXT, TLS_URL, Form, checked, setting

_WITH_GOOGLE: Final = ("GOOGLE_CLIENT_ID",)
_WITH_APPLE: Final = ("APPLE_CLIENT_ID",)


def _pem(text: str) -> str:
    key = text.replace("\\n", "\n")
    return checked(lambda key: key.startswith("-----BEGIN PRIVATE KEY-----\n"))(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdSettings:
    """Sign-in with Google and Apple.

    A service without a client id is not offered. Both return users to
    `BOOKING_PUBLIC_URL/api/v1/auth/openid/callback`, which redirects who began on a page of
    `BOOKING_PAGES` to a page, and users of other clients to `BOOKING_SIGN_IN_PAGE`.
    """

    page: str = setting("BOOKING_SIGN_IN_PAGE", "", TLS_URL)
    """The page of another web app, to which the service returns the users of the API; it finishes the sign-in. Pages
    of `BOOKING_PAGES` do not need it."""
    google_client_id: str = setting(
        "GOOGLE_CLIENT_ID", "", TEXT, "its redirect URI is `…/api/v1/auth/openid/callback` of `BOOKING_PUBLIC_URL`"
    )
    """The client id of a web application."""
    google_client_secret: str = setting("GOOGLE_CLIENT_SECRET", "", PRIVATE_TEXT, required=_WITH_GOOGLE)
    """The secret of the client."""
    google_issuer: str = setting("GOOGLE_ISSUER", "https://accounts.google.com", TLS_URL)
    """The issuer of identity tokens."""
    apple_client_id: str = setting("APPLE_CLIENT_ID", "", TEXT)
    """The Services ID."""
    apple_team_id: str = setting("APPLE_TEAM_ID", "", TEXT, required=_WITH_APPLE)
    """The team."""
    apple_key_id: str = setting("APPLE_KEY_ID", "", TEXT, required=_WITH_APPLE)
    """The id of the key."""
    apple_private_key: str = setting(
        "APPLE_PRIVATE_KEY",
        "",
        Form(parse=_pem, rule="must be a private key in PEM", secret=True),
        required=_WITH_APPLE,
    )
    r"""The key that signs client secrets: PEM in one line, with `\n` for line breaks."""
    apple_issuer: str = setting("APPLE_ISSUER", "https://appleid.apple.com", TLS_URL)
    """The issuer of identity tokens."""
