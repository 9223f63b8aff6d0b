"""What can go wrong with a text message."""

from dataclasses import dataclass
from typing import ClassVar

from booking_domain.shared.errors import Forbidden, RuleViolated, Unavailable


@dataclass(eq=False, kw_only=True)
class SmsUnavailable(Unavailable):
    """No text message can be sent at the moment ({provider} does not answer as it should); please try again."""

    code: ClassVar[str] = "sms.unavailable"
    provider: str


@dataclass(eq=False, kw_only=True)
class SmsRefused(RuleViolated):
    """No text message can be sent to this number: {provider} refuses it ({reason}), and will again."""

    code: ClassVar[str] = "sms.refused"
    provider: str
    reason: str


class InvalidSmsSignature(Forbidden):
    """This callback does not carry the signature of the provider of text messages."""

    code: ClassVar[str] = "sms.invalid_signature"
