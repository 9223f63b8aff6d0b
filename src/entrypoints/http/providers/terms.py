"""The terms of a provider: booking mode, price, deposit and cancellation policy."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, UnsetType

from booking_domain.bookings.model import (
    MAX_DURATIONS,
    MAX_INSTRUCTIONS,
    BookingMode,
    DepositMode,
    Terms,
)
from booking_domain.bookings.policy import (
    MAX_RESCHEDULE_NOTICE,
    MAX_TIERS,
    PRESETS,
    Preset,
    Tier,
    tiers,
)
from booking_domain.scheduling.services import OnCurrencyChange
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.unset import Unset
from booking_domain.use_cases.catalogue.profiles import CancellationChange, DurationChange, TermsChange
from entrypoints.http.kit.fields import (
    Amount,
    Body,
    Currency,
    GatewayName,
    Json,
    ReminderMinutes,
    SomeMinutes,
    given,
    given_or_none,
)
from entrypoints.http.kit.projection import projection


class TierBody(Body, frozen=True, kw_only=True):
    """A tier: up to `hoursBefore` the start, `percent` of the payments are refunded."""

    hours_before: Annotated[int, Meta(ge=0, le=8_760)]
    percent: Annotated[int, Meta(ge=0, le=100)]


class TierJson(Json, frozen=True, kw_only=True):
    """One tier of a cancellation policy."""

    hours_before: int
    percent: int


class DurationBody(Body, frozen=True, kw_only=True):
    """A length of appointment and its price; without `depositAmount`, the deposit of the default length."""

    minutes: SomeMinutes
    price_amount: Amount
    deposit_amount: Amount | None = None

    def change(self) -> DurationChange:
        """Return the part of the command."""
        return DurationChange(minutes=self.minutes, price_amount=self.price_amount, deposit_amount=self.deposit_amount)


class DurationJson(Json, frozen=True, kw_only=True):
    """A length of appointment that customers may choose, and its price."""

    minutes: int
    price_amount: int
    deposit_amount: int


Durations = Annotated[
    tuple[DurationBody, ...],
    Meta(
        max_length=MAX_DURATIONS, description="All lengths in addition to `slotDurationMinutes`, each with its price."
    ),
]
DurationsJson = Annotated[tuple[DurationJson, ...], Meta(max_length=MAX_DURATIONS)]
CancellationTiers = Annotated[tuple[TierBody, ...], Meta(max_length=MAX_TIERS)]
Percent = Annotated[int, Meta(ge=0, le=100)]


class TermsBody(Body, frozen=True, kw_only=True):
    """Terms to change; omitted members keep their values. A deposit above an omitted price raises the price to it."""

    booking_mode: BookingMode | UnsetType = UNSET
    deposit_amount: Amount | UnsetType = UNSET
    price_amount: Amount | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    """Amounts that the request leaves out keep their numbers in another currency. Bookings keep theirs."""
    services_on_currency_change: OnCurrencyChange | UnsetType = UNSET
    """Needed if another currency would leave services that can be booked in the old one: `keep_numbers` keeps the
    numbers of prices and deposits in the new currency, `deactivate` leaves the services as they are, not bookable."""
    cancellation_preset: Preset | UnsetType = UNSET
    """`flexible`, `moderate` or `strict` sets the tiers of that name; `custom`, those of `cancellationPolicy`."""
    cancellation_policy: CancellationTiers | UnsetType = UNSET
    """Tiers. More notice must never refund less."""
    late_cancellation_keeps_percent: Percent | UnsetType = UNSET
    """The percentage of the payments that is kept if the customer cancels later than all tiers."""
    no_show_keeps_percent: Percent | UnsetType = UNSET
    """The percentage of the payments that is kept if the customer does not come, or cancels after the start."""
    reschedule_notice_minutes: Annotated[int, Meta(ge=0, le=MAX_RESCHEDULE_NOTICE)] | UnsetType = UNSET
    """The least notice before the start with which customers can reschedule."""
    requests_claim_time: bool | UnsetType = UNSET
    """Whether a request occupies its time until the provider answers it."""
    payment_gateway: GatewayName | UnsetType | None = UNSET
    """The gateway that charges your customers. Null: the platform's first that accepts your currency."""
    deposit_mode: DepositMode | UnsetType | None = UNSET
    """`charged`: deposits are charged at once; `authorised`: they are captured later, if the gateway can and the
    appointment ends within six days; null: as the platform does."""

    reminder_minutes: ReminderMinutes | UnsetType = UNSET
    instructions: Annotated[str, Meta(max_length=MAX_INSTRUCTIONS)] | UnsetType = UNSET
    """A text that customers get with a reminder, e.g. how to prepare."""

    def terms(self) -> TermsChange:
        """Return the command."""
        return TermsChange(
            mode=given(self.booking_mode),
            deposit_amount=given(self.deposit_amount),
            price_amount=given(self.price_amount),
            currency=given(self.currency),
            services=given_or_none(self.services_on_currency_change),
            cancellation=self._cancellation(),
            requests_claim_time=given(self.requests_claim_time),
            gateway=given(self.payment_gateway),
            reminder_minutes=given(self.reminder_minutes),
            instructions=given(self.instructions),
            deposit_mode=given(self.deposit_mode),
        )

    def _cancellation(self) -> CancellationChange:
        return CancellationChange(
            tiers=self._tiers(),
            late_keeps=given(self.late_cancellation_keeps_percent),
            no_show_keeps=given(self.no_show_keeps_percent),
            reschedule_notice_minutes=given(self.reschedule_notice_minutes),
        )

    def _tiers(self) -> tuple[Tier, ...] | Unset:
        listed = given(self.cancellation_policy)
        preset = PRESETS.get(given(self.cancellation_preset) or Preset.CUSTOM)
        if isinstance(listed, Unset):
            return listed if preset is None else preset
        chosen = tiers((tier.hours_before, tier.percent) for tier in listed).tiers
        if preset is not None and set(chosen) != set(preset):
            raise InvalidValue(field="cancellation_preset", problem="`cancellationPolicy` has other tiers")
        return chosen


def durations_json(terms: Terms) -> DurationsJson:
    """Show the lengths other than the default."""
    return tuple(
        DurationJson(
            minutes=duration.minutes, price_amount=duration.price_amount, deposit_amount=duration.deposit_amount
        )
        for duration in terms.durations
    )


tier_json: Final = projection(Tier, TierJson)
