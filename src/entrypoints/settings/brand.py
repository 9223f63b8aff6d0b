"""The settings of the brand."""

from dataclasses import dataclass

from entrypoints.settings.environment import TLS_URL, matching, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandSettings:
    """The brand, which stands in e-mails, text messages with codes, authenticator apps and passkeys."""

    name: str = setting(
        "BOOKING_BRAND_NAME",
        "Booking",
        matching(r"[^\x00-\x1f\"<>@:]{1,30}", "must have 1 to 30 characters, without quotes, <, >, @ and :"),
        "the name under which people know you",
    )
    """What people call the platform."""
    colour: str = setting(
        "BOOKING_BRAND_COLOUR", "#1d4ed8", matching("#[0-9a-fA-F]{6}", "must be a colour like #1d4ed8")
    )
    """The colour of the head and the buttons of e-mails."""
    logo_url: str = setting("BOOKING_BRAND_LOGO_URL", "", TLS_URL)
    """A picture of the name that stands in the head of e-mails, shown 32 pixels high; empty: the name is written."""
