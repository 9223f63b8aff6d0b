"""Configuration of signing in with Google and Apple."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from entrypoints.settings.environment import Environ

GOOGLE_ISSUER: Final = "https://accounts.google.com"
APPLE_ISSUER: Final = "https://appleid.apple.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdSettings:
    """The platform's clients at Google and Apple. A service without a client id is not offered."""

    page: str = ""
    """BOOKING_SIGN_IN_PAGE: the web page to which the service returns the user; it finishes the sign-in."""
    google_client_id: str = ""
    """GOOGLE_CLIENT_ID: the client id of a web application."""
    google_client_secret: str = field(default="", repr=False)
    """GOOGLE_CLIENT_SECRET: its secret."""
    google_issuer: str = GOOGLE_ISSUER
    """GOOGLE_ISSUER: the issuer of identity tokens."""
    apple_client_id: str = ""
    """APPLE_CLIENT_ID: the Services ID."""
    apple_team_id: str = ""
    """APPLE_TEAM_ID: the team."""
    apple_key_id: str = ""
    """APPLE_KEY_ID: the id of the key."""
    apple_private_key: str = field(default="", repr=False)
    """APPLE_PRIVATE_KEY: the key in PEM, with `\\n` for its line breaks; it signs client secrets."""
    apple_issuer: str = APPLE_ISSUER
    """APPLE_ISSUER: the issuer of identity tokens."""


def openid_settings(read: Environ) -> OpenIdSettings:
    """Read the settings of the services."""
    found = OpenIdSettings(
        page=read.url("BOOKING_SIGN_IN_PAGE", None) if read.optional("BOOKING_SIGN_IN_PAGE") else "",
        google_client_id=read.optional("GOOGLE_CLIENT_ID") or "",
        google_client_secret=read.optional("GOOGLE_CLIENT_SECRET") or "",
        google_issuer=read.url("GOOGLE_ISSUER", GOOGLE_ISSUER).rstrip("/"),
        apple_client_id=read.optional("APPLE_CLIENT_ID") or "",
        apple_team_id=read.optional("APPLE_TEAM_ID") or "",
        apple_key_id=read.optional("APPLE_KEY_ID") or "",
        apple_private_key=(read.optional("APPLE_PRIVATE_KEY") or "").replace("\\n", "\n"),
        apple_issuer=read.url("APPLE_ISSUER", APPLE_ISSUER).rstrip("/"),
    )
    page = {"BOOKING_SIGN_IN_PAGE": found.page}
    if found.google_client_id:
        _require(read, "GOOGLE_CLIENT_ID", {**page, "GOOGLE_CLIENT_SECRET": found.google_client_secret})
    if found.apple_client_id:
        key = {"APPLE_TEAM_ID": found.apple_team_id, "APPLE_KEY_ID": found.apple_key_id}
        _require(read, "APPLE_CLIENT_ID", {**page, **key, "APPLE_PRIVATE_KEY": found.apple_private_key})
        if not found.apple_private_key.startswith("-----BEGIN PRIVATE KEY-----\n"):  # the error does not show it
            read.refuse("APPLE_PRIVATE_KEY", "must be a private key in PEM")
    if read.production:
        urls = {**page, "GOOGLE_ISSUER": found.google_issuer, "APPLE_ISSUER": found.apple_issuer}
        for name in (name for name, url in urls.items() if url.startswith("http://")):
            read.refuse(name, "must begin with https:// in production, because credentials are sent there")
    return found


def _require(read: Environ, reason: str, values: Mapping[str, str]) -> None:
    for name in (name for name, value in values.items() if not value):
        read.refuse(name, f"is required with {reason}")
