"""Settings of signing in: how long tokens, sessions, codes and links are valid."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from booking_domain.identity.lifetimes import Lifetimes
from entrypoints.settings.environment import DAYS, MINUTES, duration, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSettings:
    """How long tokens, sessions, codes and links are valid.

    What was issued before a change keeps its lifetime.
    """

    access_token: timedelta = setting(
        "BOOKING_ACCESS_TOKEN_MINUTES", Lifetimes().access_token, duration(MINUTES, 1, 1_440)
    )
    """How long an access token is valid, in minutes."""
    refresh_token: timedelta = setting("BOOKING_REFRESH_TOKEN_DAYS", Lifetimes().refresh_token, duration(DAYS, 1, 365))
    """The days after which a session that is not used ends."""
    session: timedelta = setting("BOOKING_SESSION_DAYS", Lifetimes().session, duration(DAYS, 1, 3_650))
    """The days after which every session ends; at least `BOOKING_REFRESH_TOKEN_DAYS`."""
    code: timedelta = setting("BOOKING_CODE_MINUTES", Lifetimes().code, duration(MINUTES, 2, 60))
    """How long a one-time code is valid, in minutes."""
    remembered_device: timedelta = setting(
        "BOOKING_REMEMBERED_DEVICE_DAYS", Lifetimes().remembered_device, duration(DAYS, 1, 365)
    )
    """The days for which a remembered device signs in without the second factor."""
    telegram_link: timedelta = setting(
        "BOOKING_TELEGRAM_LINK_MINUTES", Lifetimes().telegram_link, duration(MINUTES, 1, 60)
    )
    """How long a link that links a Telegram account is valid, in minutes."""
    fresh: timedelta = setting("BOOKING_FRESH_SIGN_IN_MINUTES", Lifetimes().fresh, duration(MINUTES, 1, 60))
    """How long a new session proves who uses an account without a password, in minutes."""
    not_me_link: timedelta = setting("BOOKING_NOT_ME_LINK_DAYS", Lifetimes().not_me_link, duration(DAYS, 1, 30))
    """The days for which the link of a message reports that another person changed the bank account; of links that were
    sent before, too."""

    @property
    def lifetimes(self) -> Lifetimes:
        """What use cases find."""
        return Lifetimes(
            access_token=self.access_token,
            refresh_token=self.refresh_token,
            session=self.session,
            code=self.code,
            remembered_device=self.remembered_device,
            telegram_link=self.telegram_link,
            fresh=self.fresh,
            not_me_link=self.not_me_link,
        )

    def contradictions(self) -> Iterator[str]:
        """What is wrong with settings that are valid one by one."""
        if self.session < self.refresh_token:
            yield "BOOKING_SESSION_DAYS must not be less than BOOKING_REFRESH_TOKEN_DAYS"
