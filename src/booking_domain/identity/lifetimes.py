"""How long what signs in, and what proves who somebody is, is valid, by configuration."""

from dataclasses import dataclass
from datetime import timedelta

from booking_domain.identity.one_time_codes import CODE_LIFE
from booking_domain.identity.remembered_devices import REMEMBERED_FOR
from booking_domain.identity.sessions import REFRESH_TOKEN_LIFE, SESSION_LIFE
from booking_domain.identity.telegram_links import LINK_CODE_LIFE


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """Use cases find them in `SecurityPorts`. What was issued before a change of the settings keeps its lifetime."""

    access_token: timedelta = timedelta(minutes=30)
    """How long an access token is valid, as long as its session is live."""
    refresh_token: timedelta = REFRESH_TOKEN_LIFE
    """How long a session lives after its last use."""
    session: timedelta = SESSION_LIFE
    """How long a session lives at most."""
    code: timedelta = CODE_LIFE
    """How long a one-time code is good."""
    remembered_device: timedelta = REMEMBERED_FOR
    """How long a device signs in without the second factor."""
    telegram_link: timedelta = LINK_CODE_LIFE
    """How long a link that links a Telegram account is good."""
    fresh: timedelta = timedelta(minutes=5)
    """How long a new session proves who uses an account without a password."""
    not_me_link: timedelta = timedelta(days=7)
    """How long the link of a message reports that another person changed the bank account."""
