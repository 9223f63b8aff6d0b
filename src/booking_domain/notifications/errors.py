"""What can go wrong with a message."""

from dataclasses import dataclass
from typing import ClassVar

from booking_domain.shared.errors import Forbidden, RuleViolated, Unavailable


@dataclass(eq=False, kw_only=True)
class SmsUnavailable(Unavailable):
    """No text message can be sent at the moment ({provider} does not answer as it should); please try again."""

    code: ClassVar[str] = "sms.unavailable"
    provider: str


class SmsCapReached(Unavailable):
    """The most text messages for 24 hours have been sent; please try again later."""

    code: ClassVar[str] = "sms.cap_reached"


@dataclass(eq=False, kw_only=True)
class SmsRefused(RuleViolated):
    """No text message can be sent to this number: {provider} refuses it ({reason}), and will again."""

    code: ClassVar[str] = "sms.refused"
    provider: str
    reason: str


class EmailUnavailable(Unavailable):
    """No e-mail can be sent at the moment; please try again."""

    code: ClassVar[str] = "email.unavailable"


@dataclass(eq=False, kw_only=True)
class EmailRefused(RuleViolated):
    """No e-mail can be sent to this address: its server refuses it ({reason}), and will again."""

    code: ClassVar[str] = "email.refused"
    reason: str


class InvalidSmsSignature(Forbidden):
    """This callback does not carry the signature of the provider of text messages."""

    code: ClassVar[str] = "sms.invalid_signature"
