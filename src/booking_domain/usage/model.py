"""What is counted of the platform by day, and the tally that a process keeps until it is stored. Pure."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from booking_domain.shared.enums import checks_enums

TIME_BOUNDS: Final = (10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000)
"""The times, in milliseconds, up to which calls are counted together."""
SLOWER: Final = "more"
"""The bound of what took longer than all of them."""
_BOUNDS: Final = (*map(str, TIME_BOUNDS), SLOWER)
ACTIVATED_WITHIN: Final = timedelta(days=30)


class Measure(StrEnum):
    """What is counted. `LABELS` says by what."""

    SIGN_UPS = "sign_ups"
    """Accounts that were created."""
    ACTIVATIONS = "activations"
    """Accounts with their first booking, placed or received, within `ACTIVATED_WITHIN` of the sign-up."""
    SIGN_INS = "sign_ins"
    """Attempts to sign in."""
    CODES = "codes"
    """One-time codes that were sent, and what became of them."""
    TEXT_MESSAGES = "text_messages"
    """Text messages that were sent."""
    TEXT_MESSAGE_COSTS = "text_message_costs"
    """What they cost, in millionths of the currency."""
    MESSAGES = "messages"
    """Messages of notifications."""
    UNDELIVERABLE = "undeliverable"
    """Accounts whose e-mail address turned out to be undeliverable."""
    PAYMENTS = "payments"
    """Payments that were started at gateways, by the status that they have now."""
    PAID_AMOUNTS = "paid_amounts"
    """What was paid by these payments, in minor units."""
    REQUESTS = "requests"
    """Requests of the API."""
    ERRORS = "errors"
    """Problems that the API answered."""
    REQUEST_TIMES = "request_times"
    """Requests by how long they took: up to so many milliseconds, and longer than the bound before."""
    GATEWAY_CALLS = "gateway_calls"
    """Calls of payment gateways."""
    GATEWAY_TIMES = "gateway_times"
    """Calls of payment gateways by how long they took."""


LABELS: Final[Mapping[Measure, tuple[str, ...]]] = {
    Measure.SIGN_UPS: ("role",),
    Measure.ACTIVATIONS: ("role",),
    Measure.SIGN_INS: ("method", "outcome"),
    Measure.CODES: ("channel", "purpose", "outcome"),
    Measure.TEXT_MESSAGES: ("provider", "country", "status"),
    Measure.TEXT_MESSAGE_COSTS: ("provider", "country", "currency"),
    Measure.MESSAGES: ("channel", "status"),
    Measure.UNDELIVERABLE: ("reason",),
    Measure.PAYMENTS: ("gateway", "status"),
    Measure.PAID_AMOUNTS: ("gateway", "currency"),
    Measure.REQUESTS: ("operation", "client", "status"),
    Measure.ERRORS: ("code",),
    Measure.REQUEST_TIMES: ("operation", "milliseconds"),
    Measure.GATEWAY_CALLS: ("gateway", "outcome"),
    Measure.GATEWAY_TIMES: ("gateway", "milliseconds"),
}
"""By what each measure is counted."""
TALLIED: Final = frozenset(
    {
        Measure.REQUESTS,
        Measure.ERRORS,
        Measure.REQUEST_TIMES,
        Measure.GATEWAY_CALLS,
        Measure.GATEWAY_TIMES,
    }
)
"""What processes tally. All else is counted from what is stored, as long as that is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class UsageCount:
    """How often something happened on a day, or how much it was."""

    day: date
    """In the time zone of the platform."""
    measure: Measure
    labels: tuple[str, ...]
    """A value for each of the measure's `LABELS`."""
    value: int


class Transfer(StrEnum):
    """Bank transfers that admins make."""

    PAYOUT = "payout"
    """To a provider."""
    REFUND = "refund"
    """To a customer whose money the gateway does not send back."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class WaitingMoney:
    """Money that waits for a bank transfer by an admin."""

    kind: Transfer
    currency: str
    count: int
    amount: int


class Tally:
    """What this process has counted and not stored yet. It is lost with the process: a minute's counts at most."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[Measure, tuple[str, ...]]] = Counter()

    def add(self, measure: Measure, *labels: str) -> None:
        """Count one."""
        self._counts[measure, labels] += 1

    def request(self, operation: str, client: str, status: str, seconds: float) -> None:
        """Count a request."""
        self._counts[Measure.REQUESTS, (operation, client, status)] += 1
        self._counts[Measure.REQUEST_TIMES, (operation, time_bound(seconds))] += 1

    def gateway_call(self, gateway: str, outcome: str, seconds: float) -> None:
        """Count a call of a payment gateway."""
        self._counts[Measure.GATEWAY_CALLS, (gateway, outcome)] += 1
        self._counts[Measure.GATEWAY_TIMES, (gateway, time_bound(seconds))] += 1

    def take(self, day: date) -> list[UsageCount]:
        """What was counted since the last time."""
        taken, self._counts = self._counts, Counter()
        return [UsageCount(day=day, measure=key[0], labels=key[1], value=value) for key, value in taken.items()]

    def put_back(self, counts: Iterable[UsageCount]) -> None:
        """Count again what could not be stored."""
        for each in counts:
            self._counts[each.measure, each.labels] += each.value


def time_bound(seconds: float) -> str:
    """The bound, in milliseconds, up to which a time is counted.

    >>> time_bound(0.026), time_bound(0.025), time_bound(11)
    ('50', '25', 'more')
    """
    return _BOUNDS[bisect_left(TIME_BOUNDS, seconds * 1_000)]
