"""The JSON of bookings."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta, field

from booking_domain.bookings.available_actions import AvailableAction, available_actions
from booking_domain.bookings.due import DueReason
from booking_domain.bookings.ideas import MAX_DESCRIPTION, MAX_DETAIL, IdeaContent
from booking_domain.bookings.model import MAX_NOTES, MAX_OFFERED_TIMES, Booking, BookingEvent
from booking_domain.bookings.origins import BookingOrigin
from booking_domain.bookings.policy import Tier
from booking_domain.bookings.ports import BookingFilter
from booking_domain.bookings.pricing import Discount, DiscountKind, Funding, PriceBreakdown, PriceLine, PriceLineKind
from booking_domain.bookings.promotions import MAX_PROMOTION_CODES
from booking_domain.bookings.transitions import BookingPaymentStatus, Party, Status
from booking_domain.bookings.walk_ins import MAX_WALK_IN_NAME, NewWalkIn, WalkIn
from booking_domain.catalogue.booking_links import TOKEN_LENGTH
from booking_domain.catalogue.venues import Venue
from booking_domain.files.model import FOLDERS, Folder
from booking_domain.loyalty.lots import LoyaltyAccountId
from booking_domain.loyalty.programmes import MAX_LOYALTY_AMOUNT
from booking_domain.loyalty.rewards import MAX_REWARD_NAME
from booking_domain.packages.model import PackageId
from booking_domain.payments.adjustments import Adjustment
from booking_domain.payments.desk import DeskPayment
from booking_domain.payments.model import Payment
from booking_domain.payments.receipts import Receipt
from booking_domain.payments.refunds import Refund
from booking_domain.portfolio.model import PortfolioItemId
from booking_domain.scheduling.services import OfferedService
from booking_domain.scheduling.weekly import MAX_WEEKS_APART
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import ClaimId, FileId, ProviderId, SalonId, ServiceId, UserId
from booking_domain.shared.money import Money
from booking_domain.shared.time import LONGEST_APPOINTMENT, time_zone
from booking_domain.use_cases.bookings.any_provider import WithAnyProvider
from booking_domain.use_cases.bookings.ideas import NewIdea
from booking_domain.use_cases.bookings.place_booking import PlaceBooking
from booking_domain.use_cases.bookings.place_series import MAX_SERIES_LENGTH, MIN_SERIES_LENGTH, PlaceSeries
from booking_domain.use_cases.bookings.points import RedeemedPoints
from booking_domain.use_cases.bookings.queries import CancellationQuote, VisibleAppointment
from booking_domain.use_cases.bookings.steps import MAX_OVERBOOKING_REASON
from booking_domain.use_cases.bookings.waive_deposit import MAX_REASON
from booking_domain.use_cases.platform.listings import BookingListFilter, BookingListOrder
from booking_domain.use_cases.platform.views import Appointment
from entrypoints.http.accounts.schemas import AcceptedBody, accepted_versions
from entrypoints.http.adjustments import LedgerAdjustmentJson, ledger_adjustment_json
from entrypoints.http.desk_payments import DeskPaymentJson, desk_payment_json
from entrypoints.http.gift_cards.schemas import GiftCardCodeBody
from entrypoints.http.kit.cursors import DEFAULT_LIMIT, PAGE_AND_ONE
from entrypoints.http.kit.exporting import ExportSource, pages
from entrypoints.http.kit.fields import (
    Amount,
    Body,
    Cursor,
    Instant,
    Json,
    LengthMinutes,
    Limit,
    Note,
    Phone,
    ServiceIds,
    Timestamp,
    ZoneName,
    one_of,
    service_ids,
)
from entrypoints.http.kit.listing import MOST_STATUSES, PERIOD, ListQuery
from entrypoints.http.kit.points import PointJson, point_json
from entrypoints.http.kit.projection import filled, members, projection
from entrypoints.http.payments import REFUND, PaymentPurpose, PaymentState
from entrypoints.http.receipts import ReceiptJson, receipt_json

PromotionCode = Annotated[str, Meta(min_length=1, max_length=40)]
Description = Annotated[str, Meta(min_length=1, max_length=MAX_DESCRIPTION)]
Detail = Annotated[str, Meta(max_length=MAX_DETAIL)]
IdeaFiles = Annotated[tuple[FileId, ...], Meta(max_length=FOLDERS[Folder.IDEAS].most)]


class IdeaBody(Body, frozen=True, kw_only=True):
    """The customer's wish, or the provider's notes and estimate."""

    description: Description
    size: Detail = ""
    """The size that the customer wishes, e.g. `10 cm`."""
    placement: Detail = ""
    """The place that the customer wishes, e.g. `left forearm`."""
    colours: Detail = ""
    """The style that the customer wishes, e.g. `black and grey`."""
    budget_amount: Amount | None = None
    """The most that the customer would pay."""
    estimate_amount: Amount | None = None
    """The provider's estimate of the price. A request that is accepted without another price gets it as its price."""
    file_ids: IdeaFiles = ()
    """Images that the author uploaded to the folder `ideas`."""


new_idea: Final = projection(IdeaBody, NewIdea, content=projection(IdeaBody, IdeaContent, unused=["file_ids"]))
WISH: Final[dict[str, Any]] = {
    "description": "A small swallow.",
    "size": "10 cm",
    "placement": "left forearm",
    "colours": "black",
    "budgetAmount": 30000000,
}


class WalkInBody(Body, frozen=True, kw_only=True):
    """A customer without an account."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_WALK_IN_NAME)]
    phone: Phone | None = None


class RedeemedPointsBody(Body, frozen=True, kw_only=True):
    """Points that take something off a price."""

    account_id: LoyaltyAccountId
    """One of the customer's loyalty accounts."""
    points: Annotated[int, Meta(ge=1, le=MAX_LOYALTY_AMOUNT)] | None = None
    """At most so many. Absent: as many as there are, and as the price takes."""
    reward: Annotated[str, Meta(min_length=1, max_length=MAX_REWARD_NAME)] | None = None
    """The name of a reward of the programme, in place of `points`: its service is paid with its points."""


class SeriesPointsBody(Body, frozen=True, kw_only=True):
    """Points that take something off the price of each booking of a series."""

    account_id: LoyaltyAccountId
    """One of the customer's loyalty accounts."""
    points: Annotated[int, Meta(ge=1, le=MAX_LOYALTY_AMOUNT)] | None = None
    """At most so many of each booking."""
    reward: Annotated[str, Meta(min_length=1, max_length=MAX_REWARD_NAME)] | None = None
    """The name of a reward of the programme, in place of `points`: each booking takes it."""


class OverbookBody(Body, frozen=True, kw_only=True):
    """That the appointment may lie over other bookings of the provider."""

    reason: Annotated[str, Meta(min_length=1, max_length=MAX_OVERBOOKING_REASON)]
    """Why, for the audit log."""


class PlaceBookingBody(Body, frozen=True, kw_only=True):
    """A slot to book: of a provider, or of a salon, with any of its providers who offers the services."""

    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    slot: Instant
    duration_minutes: LengthMinutes | None = None
    service_id: ServiceId | None = None
    service_ids: ServiceIds = ()
    notes: Annotated[str, Meta(max_length=MAX_NOTES)] | None = None
    deposit_amount: Amount | None = None
    """A deposit above the required one, up to the price."""
    hold_id: ClaimId | None = None
    """The customer's hold on this slot, which the booking replaces."""
    customer_id: UserId | None = None
    """For the provider, the manager of its salon or an admin: the customer to book for, who has booked there
    before or has consented. Without it, the provider books a walk-in."""
    walk_in: WalkInBody | None = None
    """For the provider, the manager of its salon or an admin: a customer without an account."""
    link_token: Annotated[str, Meta(pattern=f"^[A-Za-z0-9_-]{{{TOKEN_LENGTH}}}$")] | None = None
    """The token of the booking link that the customer followed."""
    portfolio_item_id: PortfolioItemId | None = None
    """The item of the provider's portfolio from which the customer came."""
    origin: Annotated[BookingOrigin, Meta(examples=["search"])] | None = None
    """Where else the customer came from: `search`, `page` or `bot`; the platform finds out the others itself."""
    idea: IdeaBody | None = None
    """The customer's wish, with images. Admins cannot set it."""
    override_time_off: bool = False
    """For the provider, the manager of its salon or an admin: book in the provider's time off too."""
    overbook: OverbookBody | None = None
    """For the provider, the manager of its salon or an admin: book over other bookings, too."""
    accepted: AcceptedBody | None = None
    """The legal documents that the customer accepts with the booking."""
    promotion_codes: Annotated[tuple[PromotionCode, ...], Meta(max_length=MAX_PROMOTION_CODES)] = ()
    """Codes of promotions. Those without a code apply by themselves."""
    package_id: PackageId | None = None
    """The customer's package of which the booking takes a visit."""
    points: RedeemedPointsBody | None = None
    """Points that the customer redeems; only the customer does."""

    def with_any(self, salon_id: SalonId) -> WithAnyProvider[PlaceBooking]:
        """Return the command for any provider of a salon."""
        if self.hold_id is not None:
            raise InvalidValue(field="hold_id", problem="a slot that is held has a provider; name the provider")
        if self.override_time_off:
            raise InvalidValue(field="override_time_off", problem="time off has a provider; name the provider")
        if self.overbook is not None:
            raise InvalidValue(field="overbook", problem="bookings have a provider; name the provider")
        return WithAnyProvider(
            salon_id=salon_id,
            slot=self.slot,
            service_ids=service_ids(self.service_id, self.service_ids),
            order=self.command,
        )

    def command(self, provider_id: ProviderId) -> PlaceBooking:
        """Return the command for a provider."""
        return PlaceBooking(provider_id=provider_id, **_order(self))


class QuoteBookingBody(Body, frozen=True, kw_only=True):
    """The booking whose price is asked for."""

    provider_id: ProviderId
    slot: Instant
    duration_minutes: LengthMinutes | None = None
    service_id: ServiceId | None = None
    service_ids: ServiceIds = ()
    deposit_amount: Amount | None = None
    """A deposit above the required one, up to the price."""
    customer_id: UserId | None = None
    """For the provider, the manager of its salon or an admin: the customer to book for."""
    promotion_codes: Annotated[tuple[PromotionCode, ...], Meta(max_length=MAX_PROMOTION_CODES)] = ()
    """Codes of promotions. Those without a code apply by themselves."""
    package_id: PackageId | None = None
    """The customer's package of which the booking takes a visit."""
    points: RedeemedPointsBody | None = None
    """Points that the customer redeems; only the customer does."""
    gift_card: GiftCardCodeBody | None = None
    """A gift card, to see what it would pay; of a request nothing. Each code that is asked about counts as a try."""

    def command(self) -> PlaceBooking:
        """Return the order that is asked about."""
        return PlaceBooking(**_quoted(self))


class PlaceSeriesBody(Body, frozen=True, kw_only=True):
    """A slot to book, and how often to repeat it at the same local time."""

    provider_id: ProviderId
    slot: Instant
    every_weeks: Annotated[int, Meta(ge=1, le=MAX_WEEKS_APART)] = 1
    times: Annotated[
        int, Meta(ge=MIN_SERIES_LENGTH, le=MAX_SERIES_LENGTH, description="How many bookings, the first included.")
    ]
    duration_minutes: LengthMinutes | None = None
    service_id: ServiceId | None = None
    service_ids: ServiceIds = ()
    notes: Annotated[str, Meta(max_length=MAX_NOTES)] | None = None
    deposit_amount: Amount | None = None
    """The deposit of each booking, above the required one and up to the price."""
    customer_id: UserId | None = None
    """For the provider, the manager of its salon or an admin: the customer to book for."""
    walk_in: WalkInBody | None = None
    """For the provider, the manager of its salon or an admin: a customer without an account."""
    override_time_off: bool = False
    """For the provider, the manager of its salon or an admin: book in the provider's time off too."""
    accepted: AcceptedBody | None = None
    """The legal documents that the customer accepts with the bookings."""
    package_id: PackageId | None = None
    """The customer's package of which each booking takes a visit."""
    points: SeriesPointsBody | None = None
    """Points that the customer redeems on each booking; only the customer does. All are there, or none is booked."""

    def command(self) -> PlaceSeries:
        """Return the command."""
        first = PlaceBooking(**_first(self))
        return PlaceSeries(first=first, every_weeks=self.every_weeks, times=self.times)


class RescheduleBody(Body, frozen=True, kw_only=True):
    """The new start; without a duration, the booking keeps its own."""

    slot: Instant
    duration_minutes: LengthMinutes | None = None
    override_time_off: bool = False
    """For the provider, the manager of its salon or an admin: move into the provider's time off too."""
    overbook: OverbookBody | None = None
    """For the provider, the manager of its salon or an admin: move over other bookings, too."""


class AcceptBody(Body, frozen=True, kw_only=True):
    """For a customer, what is offered and accepted; for the provider, what changes of the request."""

    slot: Instant | None = None
    price_amount: Amount | None = None
    """From a customer, `offeredPriceAmount`, which they agree to; from the provider, another list price."""
    deposit_amount: Amount | None = None
    """From a customer, `offeredDepositAmount`; from the provider, another deposit."""
    duration_minutes: LengthMinutes | None = None
    """From a customer, `offeredDurationMinutes`, which they agree to; from the provider, another length."""
    message: Note | None = None
    """What one side tells the other."""


class ChangeTermsBody(Body, frozen=True, kw_only=True):
    """What changes of the booking. What is left out stays, of the deposit as far as the price allows."""

    price_amount: Amount | None = None
    """The list price. The booking's discounts are taken off it again."""
    deposit_amount: Amount | None = None
    """A lower deposit; of a request, a higher one too."""
    duration_minutes: LengthMinutes | None = None
    message: Note | None = None
    """What the provider tells the customer."""


class AcceptTimeBody(Body, frozen=True, kw_only=True):
    """The booking's time, as the customer has seen it."""

    start: Instant
    end: Instant


class ReasonBody(Body, frozen=True, kw_only=True):
    """The reason."""

    reason: Note | None = None


class WaiveBody(Body, frozen=True, kw_only=True):
    """Why no deposit is needed. The customer sees the reason."""

    reason: Annotated[str, Meta(min_length=1, max_length=MAX_REASON)]


class CancelBody(ReasonBody, frozen=True, kw_only=True):
    """The reason, and what the cancellation is expected to refund."""

    expected_refund_amount: Amount | None = None
    """`refundAmount` of the quote. If the cancellation would refund another amount, the answer is 409."""


class OfferTimesBody(Body, frozen=True, kw_only=True):
    """Other times that the provider offers."""

    slots: Annotated[tuple[Instant, ...], Meta(min_length=1, max_length=MAX_OFFERED_TIMES)]
    """The starts of the offered times."""
    price_amount: Amount | None = None
    """The list price with these times. The customer agrees to it, less their discounts, by accepting one."""
    deposit_amount: Amount | None = None
    """The deposit with these times. Without it: the booking's, at most the price."""
    duration_minutes: LengthMinutes | None = None
    """The length with these times. Without it: the booking's."""
    message: Note | None = None
    """What the provider tells the customer."""


class MoveBookingBody(Body, frozen=True, kw_only=True):
    """The new status, and the reason."""

    status: Status
    reason: Note | None = None


class When(StrEnum):
    """Whether to list upcoming bookings, or all others."""

    UPCOMING = "upcoming"
    """Requested, pending or confirmed, and not yet over."""
    PAST = "past"


class BookingOrder(StrEnum):
    """How bookings are sorted; with `-`, the latest first."""

    START = "start"
    START_FALLING = "-start"
    CREATED = "createdAt"
    CREATED_FALLING = "-createdAt"


_ORDERS: Final = {
    BookingOrder.START: BookingListOrder.EARLIEST_START,
    BookingOrder.START_FALLING: BookingListOrder.LATEST_START,
    BookingOrder.CREATED: BookingListOrder.OLDEST,
    BookingOrder.CREATED_FALLING: BookingListOrder.NEWEST,
}


class BookingsQuery(ListQuery, frozen=True, kw_only=True):
    """Filters: bookings that start in `[from, to)`, or also those that run then. `status` may be repeated."""

    status: Annotated[tuple[Status, ...], Meta(max_length=MOST_STATUSES)] = ()
    when: When | None = None
    running: bool = False
    """Also appointments that began up to 15 days before `from`, and end after it."""
    salon_id: SalonId | None = None
    """The salon that the provider is a member of now."""
    time_zone: ZoneName | None = None
    """Dates in `from` and `to` mean midnight in this time zone; without it, midnight UTC."""
    sort: BookingOrder = BookingOrder.CREATED_FALLING
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None

    def zone(self) -> tzinfo:
        """The time zone of dates."""
        return UTC if self.time_zone is None else time_zone(self.time_zone)


_LONGEST: Final = timedelta(minutes=LONGEST_APPOINTMENT, days=1)
"""Whole days take an hour more when clocks change."""
_chosen: Final = members(
    BookingsQuery,
    BookingListFilter,
    given=("party_id", "manager_id", "upcoming_at", "past_at", "ends_after", "text"),
    unused=("when", "running", "time_zone"),
    statuses="status",
    order=lambda query: _ORDERS[query.sort],
    **PERIOD,
    **PAGE_AND_ONE,
)


def bookings_filter(params: BookingsQuery, now: datetime) -> BookingListFilter:
    """The filter, for one booking more than the page has."""
    found = BookingListFilter(
        upcoming_at=now if params.when is When.UPCOMING else None,
        past_at=now if params.when is When.PAST else None,
        **_chosen(params),
    )
    if not params.running or found.at_from is None:
        return found
    return replace(found, at_from=found.at_from - _LONGEST, ends_after=found.at_from)


class BookedServiceJson(Json, frozen=True, kw_only=True):
    """A service of a booking, as it was offered when the booking was made."""

    id: UUID
    name: str
    duration_minutes: int
    price: int
    """In the minor unit of the booking's currency."""


class DiscountJson(Json, frozen=True, kw_only=True):
    """What one promotion, package or redemption of points takes off the list price."""

    kind: DiscountKind
    source_id: UUID
    """The promotion, package or loyalty account."""
    label: str
    """What the customer reads."""
    amount: int
    """In the minor unit of the booking's currency."""
    points: int | None = None
    """What it costs, of a redemption of points."""
    funded_by: Funding
    """Who bears it."""


class PriceLineJson(Json, frozen=True, kw_only=True):
    """A line of a price."""

    kind: PriceLineKind
    """Discounts and the gift card are taken off the list price."""
    label: str
    """The name of the discount; otherwise empty."""
    amount: int


class PriceJson(Json, frozen=True, kw_only=True):
    """What a booking would cost, line by line. Amounts are in the minor unit of the currency."""

    currency: str
    list_price_amount: int
    """The price without discounts."""
    price_amount: int
    """What the customer owes: the list price less the discounts."""
    deposit_amount: int
    discounts: tuple[DiscountJson, ...]
    """What is taken off the list price, in order."""
    due_now_amount: int
    """The deposit, if the booking would wait for it."""
    due_later_amount: int
    """The rest, with the appointment."""
    due_reason: Annotated[str, one_of(DueReason)]
    """Why, as of a booking."""
    lines: tuple[PriceLineJson, ...]
    """All of it, in the order in which it is shown."""


class BookingJson(Json, frozen=True, kw_only=True):
    """A booking."""

    id: UUID
    reference: str
    status: Annotated[str, one_of(Status)]
    payment_status: Annotated[str, one_of(BookingPaymentStatus)]
    provider_id: UUID
    customer_id: UUID
    start: Timestamp
    end: Timestamp
    time_zone: str
    list_price_amount: int
    """The price without discounts."""
    price_amount: int
    """What the customer owes: the list price less the discounts."""
    discounts: tuple[DiscountJson, ...]
    """What is taken off the list price, in order."""
    deposit_amount: int
    paid_amount: int
    refunded_amount: int
    refund_pending_amount: int
    desk_paid_amount: int
    """The amount that the customer paid at the provider's desk. The platform does not refund it."""
    extra_amount: int
    """What of it is above the agreed price; the desk payments say why."""
    tip_amount: int
    """The tips that were given at the desk besides. They count towards nothing."""
    authorised_amount: int
    """The amount that is authorised on the customer's card and may still be captured."""
    released_amount: int
    """The amount that was authorised on the customer's card and released without a charge."""
    balance_due_amount: int
    due_now_amount: int
    """What is due now: the deposit that the booking waits for, or all that is open once the appointment took place."""
    due_later_amount: int
    """What is due later, with the appointment. It may be paid before, once the booking is confirmed."""
    due_reason: Annotated[str, one_of(DueReason)]
    """Why: a `request` to be accepted, the `deposit`, the `appointment` to come, or `work_done`. Nothing is due if all
    is `paid`, before a `dispute` is decided, and once the booking has `ended` without its appointment."""
    currency: str
    notes: str
    version: int
    created_at: Timestamp
    updated_at: Timestamp
    due_at: Timestamp | None = None
    """When the booking expires unless the deposit is paid or the request is answered."""
    offered_times: tuple[Timestamp, ...] | None = None
    """Other starts that the provider offers for a request; the customer can accept one of them."""
    offered_price_amount: int | None = None
    """The price, if the provider asks for another price, deposit or length; with `offeredTimes`, or for this time."""
    offered_deposit_amount: int | None = None
    """The deposit with it."""
    offered_duration_minutes: int | None = None
    """The length with it."""
    offered_until: Timestamp | None = None
    """Until when the customer can agree, if the provider asks for it without other times."""
    services: tuple[BookedServiceJson, ...] | None = None
    """The services in order; without them, a plain appointment."""
    series_id: UUID | None = None
    origin: BookingOrigin
    """Where the customer came from."""
    portfolio_item_id: UUID | None = None
    """The portfolio item from which the customer came."""
    placed_by_staff: bool
    """Whether the provider, the manager of its salon or an admin placed the booking for the customer."""
    rescheduled_by: str | None = None
    """Who set the current time, while the customer has not accepted it: `provider`, `manager` or `admin`."""
    agreed_start: Timestamp | None = None
    """With `rescheduledBy`: the start of the time that the customer last agreed to."""
    agreed_end: Timestamp | None = None
    objection_deadline: Timestamp | None = None
    """With `rescheduledBy`: until then the customer can cancel for a full refund."""
    reschedule_notice_minutes: int | None = None
    """The least notice before `start` with which the customer can reschedule, if there is such a limit."""
    reschedules: int
    """How often the customer has rescheduled a time that both parties had agreed to."""
    max_reschedules: int | None = None
    """How many of them the provider allows, if there is such a limit. Once there are so many, `actions` of the customer
    has no `reschedule`."""
    cancellation_start: Timestamp | None = None
    """The start from which the cancellation policy counts, if it is not `start`."""
    in_question: bool | None = None
    """True while an admin reviews the booking, because its provider was suspended."""
    disputed_from: str | None = None
    """The status before the dispute, while it is open."""


class QuotedTierJson(Json, frozen=True, kw_only=True):
    """A tier of the cancellation policy, and the deadline to cancel under it."""

    hours_before: int
    percent: int
    deadline: Timestamp
    """Until when this tier applies."""


class BookingCustomerJson(Json, frozen=True, kw_only=True):
    """The customer of a booking."""

    id: UUID
    name: str
    email: str | None = None
    """How to reach the customer. Only the provider's side sees it, once the booking is confirmed."""
    phone: str | None = None
    walk_in: bool | None = None
    """True if the provider's side entered the customer, who has no account; `id` is then that of the walk-in."""


class BookingProviderJson(Json, frozen=True, kw_only=True):
    """The provider of a booking, as it is now."""

    id: UUID
    display_name: str
    address: str
    time_zone: str


class BookingSalonJson(Json, frozen=True, kw_only=True):
    """The salon that the provider is a member of now."""

    id: UUID
    name: str


class BookingVenueJson(Json, frozen=True, kw_only=True):
    """The venue of a booking, as it is now."""

    id: UUID
    name: str
    address: str
    """Empty: as it is agreed on, for example at the customer's home."""
    location: PointJson | None = None


class AppointmentJson(BookingJson, frozen=True, kw_only=True):
    """A booking with its parties, and what the caller can do with it."""

    customer: BookingCustomerJson
    provider: BookingProviderJson
    salon: BookingSalonJson | None = None
    venue: BookingVenueJson | None = None
    """Where it takes place. Absent: at the provider's own place, which is the salon or the provider's address."""
    actions: tuple[AvailableAction, ...]
    """The actions that the booking's state allows the caller now. Other rules may still refuse one."""
    overbooked: bool | None = None
    """True if the provider's side has put it over another booking, or another over it. Only that side and admins see
    this."""


class AppointmentsJson(Json, frozen=True, kw_only=True):
    """A page of bookings with their parties."""

    items: tuple[AppointmentJson, ...]
    next_cursor: str | None = None


class CancellationQuoteJson(Json, frozen=True, kw_only=True):
    """The refund if the caller cancels now."""

    refund_amount: int
    """The amount that the customer gets back, refunded or released."""
    released_amount: int
    """The part of it that is released: authorised on the customer's card, but never charged."""
    desk_paid_amount: int
    """The amount paid at the desk. The platform does not refund it."""
    desk_refund_amount: int
    """The part of it that the provider gives back at the desk, by the same policy."""
    currency: str
    valid_until: Timestamp
    """Until then, the quote does not change with time alone."""
    tier: QuotedTierJson | None = None
    """The tier of the cancellation policy that applies, if any."""
    better_tier: QuotedTierJson | None = None
    """The previous tier, which refunded more and whose deadline has passed."""
    cancellation_start: Timestamp
    """The start from which the cancellation policy counts."""
    objection_deadline: Timestamp | None = None
    """Until then the customer gets a full refund, because the provider's side has rescheduled."""


class BookingsJson(Json, frozen=True, kw_only=True):
    """A page of bookings."""

    items: tuple[BookingJson, ...]
    next_cursor: str | None = None


class SeriesJson(Json, frozen=True, kw_only=True):
    """The bookings of a series, in order."""

    id: UUID
    items: tuple[BookingJson, ...]


class ActorJson(Json, frozen=True, kw_only=True):
    """The actor."""

    id: UUID
    role: Annotated[str, one_of(Role)]


class EventJson(Json, frozen=True, kw_only=True):
    """An event of a booking."""

    id: UUID
    type: str
    from_: str | None = field(name="from", default=None)
    """The status before."""
    to: str
    """The status after."""
    by: ActorJson
    """Who did it."""
    reason: str | None = None
    at: Timestamp


class EventsJson(Json, frozen=True, kw_only=True):
    """The events of a booking, oldest first."""

    items: tuple[EventJson, ...]
    next_cursor: str | None = None


_walk_in: Final = projection(WalkInBody, NewWalkIn)
redeemed_points: Final = projection(RedeemedPointsBody, RedeemedPoints)
_order: Final = members(
    PlaceBookingBody,
    PlaceBooking,
    given=["provider_id"],
    unused=["salon_id"],
    service_ids=lambda body: service_ids(body.service_id, body.service_ids),
    notes=lambda body: body.notes or "",
    walk_in=_walk_in,
    idea=new_idea,
    accepted=lambda body: accepted_versions(body.accepted),
    points=redeemed_points,
    overbook_reason="overbook.reason",
)
_first: Final = members(
    PlaceSeriesBody,
    PlaceBooking,
    given=("hold_id", "link_token", "portfolio_item_id", "origin", "idea", "promotion_codes", "overbook_reason"),
    unused=["every_weeks", "times"],
    service_ids=lambda body: service_ids(body.service_id, body.service_ids),
    notes=lambda body: body.notes or "",
    walk_in=_walk_in,
    accepted=lambda body: accepted_versions(body.accepted),
    points=projection(SeriesPointsBody, RedeemedPoints),
)
_service_json: Final = projection(OfferedService, BookedServiceJson, duration_minutes="minutes", price="price.amount")
_discount_json: Final = projection(Discount, DiscountJson, amount="amount.amount")
_quoted: Final = members(
    QuoteBookingBody,
    PlaceBooking,
    given=(
        *("notes", "hold_id", "walk_in", "link_token", "portfolio_item_id", "origin"),
        *("override_time_off", "overbook_reason", "idea", "accepted"),
    ),
    unused=["service_id", "gift_card"],
    service_ids=lambda body: service_ids(body.service_id, body.service_ids),
    points=redeemed_points,
)
price_json: Final = projection(
    PriceBreakdown,
    PriceJson,
    currency="price.currency",
    discounts=_discount_json,
    due_now_amount="due.now.amount",
    due_later_amount="due.later.amount",
    due_reason="due.reason",
    lines=projection(PriceLine, PriceLineJson, amount="amount.amount"),
)
booking_json: Final = projection(
    Booking,
    BookingJson,
    start="span.start",
    end="span.end",
    tip_amount="tips.amount",
    discounts=_discount_json,
    offered_price_amount=lambda booking: (
        None if booking.offered_minutes is None else booking.offered_scope.price.amount
    ),
    balance_due_amount="quote.balance.amount",
    due_now_amount="quote.now.amount",
    due_later_amount="quote.later.amount",
    due_reason="quote.reason",
    currency="price.currency",
    offered_times=filled("offered_times"),
    offered_duration_minutes="offered_minutes",
    services=lambda booking: tuple(map(_service_json.make, booking.services)) or None,
    rescheduled_by="pending_time_change.by",
    agreed_start="pending_time_change.agreed.start",
    agreed_end="pending_time_change.agreed.end",
    objection_deadline="pending_time_change.objection_deadline",
    reschedule_notice_minutes=filled("cancellation.reschedule_notice_minutes"),
    max_reschedules="cancellation.max_reschedules",
    in_question=filled("under_review"),
)


_venue_json: Final = projection(Venue, BookingVenueJson, location=point_json)


def appointment_json(
    seen: VisibleAppointment, actor: Actor, now: datetime, charges: Callable[[Money], bool]
) -> AppointmentJson:
    """Show a booking with its parties to the actor; `charges` says which amounts a gateway charges."""
    appointment, booking, salon = seen.appointment, seen.appointment.booking, seen.appointment.salon
    return AppointmentJson(
        customer=_customer_json(appointment, shown=appointment.contact_shown_to(seen.party)),
        provider=BookingProviderJson(
            id=booking.provider_id,
            display_name=appointment.provider_name,
            address=appointment.provider_address,
            time_zone=appointment.provider_time_zone,
        ),
        salon=None if salon is None else BookingSalonJson(id=salon.id, name=salon.name),
        venue=None if appointment.venue is None else _venue_json(appointment.venue),
        actions=available_actions(booking, seen.party, actor, now, charges=charges),
        overbooked=True if appointment.overbooked and seen.party is not Party.CUSTOMER else None,
        **booking_json.members(booking),
    )


def _customer_json(appointment: Appointment, *, shown: bool) -> BookingCustomerJson:
    booking, walk_in = appointment.booking, appointment.walk_in
    if booking.of_walk_in:
        phone = None if walk_in is None else walk_in.phone
        return BookingCustomerJson(
            id=appointment.customer_id, name=appointment.customer_name, phone=phone, walk_in=True
        )
    return BookingCustomerJson(
        id=booking.customer_id,
        name=appointment.customer_name,
        email=appointment.customer_email if shown else None,
        phone=appointment.customer_phone if shown else None,
    )


def cancellation_quote_json(quote: CancellationQuote) -> CancellationQuoteJson:
    """Show what a cancellation refunds."""
    return CancellationQuoteJson(
        refund_amount=quote.refund.amount,
        released_amount=quote.released.amount,
        desk_paid_amount=quote.desk_paid.amount,
        desk_refund_amount=quote.desk_refund.amount,
        currency=quote.refund.currency,
        valid_until=quote.valid_until,
        tier=_tier_json(quote.tier, quote.policy_start),
        better_tier=_tier_json(quote.better_tier, quote.policy_start),
        cancellation_start=quote.policy_start,
        objection_deadline=quote.objection_deadline,
    )


def _tier_json(tier: Tier | None, start: datetime) -> QuotedTierJson | None:
    if tier is None:
        return None
    deadline = start - timedelta(hours=tier.hours_before)
    return QuotedTierJson(hours_before=tier.hours_before, percent=tier.percent, deadline=deadline)


def series_json(bookings: Sequence[Booking]) -> SeriesJson:
    """Show a series that was just created."""
    series_id = bookings[0].series_id
    assert series_id is not None  # noqa: S101 - it was made as a series
    return SeriesJson(id=series_id, items=tuple(booking_json(booking) for booking in bookings))


event_json: Final = projection(
    BookingEvent,
    EventJson,
    from_="from_status",
    to="to_status",
    by=projection(Actor, ActorJson),
    reason=filled("reason"),
)


class ExportedPaymentJson(Json, frozen=True, kw_only=True):
    """A payment, or a refund, whose purpose is `refund`."""

    id: UUID
    purpose: PaymentPurpose
    gateway: str
    status: PaymentState
    amount: int
    currency: str
    gateway_reference: str | None = None
    """The gateway's id of the payment."""
    created_at: Timestamp
    processed_at: Timestamp | None = None


class WalkInJson(Json, frozen=True, kw_only=True):
    """A customer without an account."""

    name: str
    phone: str | None = None


class ExportedBookingJson(BookingJson, frozen=True, kw_only=True):
    """A booking with its events, payments, refunds, desk payments, corrections and receipts, oldest first."""

    events: tuple[EventJson, ...]
    """The steps of the booking."""
    payments: tuple[ExportedPaymentJson, ...]
    desk_payments: tuple[DeskPaymentJson, ...]
    adjustments: tuple[LedgerAdjustmentJson, ...]
    """What admins added to the ledger or took from it."""
    receipts: tuple[ReceiptJson, ...]
    """The receipts."""
    walk_in: WalkInJson | None = None
    """A customer without an account."""


def _booking(
    booking: Booking,
    events: Sequence[BookingEvent],
    *,
    payments: Sequence[Payment],
    refunds: Sequence[Refund],
    at_desk: Sequence[DeskPayment],
    adjustments: Sequence[Adjustment],
    receipts: Sequence[Receipt],
    walk_in: WalkIn | None,
) -> ExportedBookingJson:
    """Show a booking to one of its parties."""
    moved: list[Payment | Refund] = [*payments, *refunds]
    moved.sort(key=lambda each: (each.created_at, each.id))
    return ExportedBookingJson(
        **booking_json.members(booking),
        events=tuple(event_json(event) for event in events),
        payments=tuple(_payment(each) for each in moved),
        desk_payments=tuple(map(desk_payment_json, at_desk)),
        adjustments=tuple(map(ledger_adjustment_json, adjustments)),
        receipts=tuple(map(receipt_json, receipts)),
        walk_in=None if walk_in is None else WalkInJson(name=walk_in.name, phone=walk_in.phone or None),
    )


def _payment(payment: Payment | Refund) -> ExportedPaymentJson:
    invoice = None if isinstance(payment, Refund) else payment.invoice
    return ExportedPaymentJson(
        id=payment.id,
        purpose=REFUND if isinstance(payment, Refund) else payment.purpose.value,
        gateway=payment.gateway,
        status=payment.status.value,
        amount=payment.amount.amount,
        currency=payment.amount.currency,
        gateway_reference=None if invoice is None else invoice.reference,
        created_at=payment.created_at,
        processed_at=payment.processed_at,
    )


async def _bookings(source: ExportSource) -> AsyncIterator[Sequence[ExportedBookingJson]]:
    """The bookings to which the user is a party; for an admin too, only these."""
    reads = source.reads
    after = None
    while found := await reads.bookings.page(source.user.id, BookingFilter(after=after, limit=source.page)):
        ids = [booking.id for booking in found]
        events = await reads.bookings.events_of_each(ids)
        payments, refunds = await reads.payments.of_each_booking(ids), await reads.refunds.of_each_booking(ids)
        at_desk, walk_ins = await reads.desk_payments.of_each_booking(ids), await reads.walk_ins.of_each(ids)
        receipts, adjusted = await reads.receipts.of_each_booking(ids), await reads.adjustments.of_each_booking(ids)
        yield [
            _booking(
                each,
                events[each.id],
                payments=payments[each.id],
                refunds=refunds[each.id],
                at_desk=at_desk[each.id],
                adjustments=adjusted[each.id],
                receipts=receipts[each.id],
                walk_in=walk_ins.get(each.id),
            )
            for each in found
        ]
        after = found[-1].id


BOOKINGS: Final = pages(
    "bookings", ExportedBookingJson, _bookings, about="The bookings of the user, as a customer and as a provider."
)


BOOKING_ID: Final = "0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03"
REFERENCE: Final = "BK-7F3K9Q"
PLACE: Final[dict[str, Any]] = {
    "providerId": "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21",
    "slot": "2026-11-23T10:00:00+08:00",
    "notes": "A small swallow on the forearm.",
}
MOVE: Final[dict[str, Any]] = {"status": "cancelled", "reason": "I am ill."}
QUOTE: Final[dict[str, Any]] = {"providerId": PLACE["providerId"], "slot": PLACE["slot"]}
PLACE_SERIES: Final[dict[str, Any]] = {**PLACE, "everyWeeks": 4, "times": 2}
RESCHEDULE: Final[dict[str, Any]] = {"slot": "2026-11-24T14:00:00+08:00"}
CHANGE_TERMS: Final[dict[str, Any]] = {"priceAmount": 12_000_000, "durationMinutes": 180, "message": "It is larger."}
ACCEPT_TIME: Final[dict[str, Any]] = {"start": "2026-11-24T14:00:00+08:00", "end": "2026-11-24T15:00:00+08:00"}
CANCEL: Final[dict[str, Any]] = {"reason": "I am ill."}
ACCEPT: Final[dict[str, Any]] = {"slot": "2026-11-24T14:00:00+08:00"}
DECLINE: Final[dict[str, Any]] = {"reason": "Not my style."}
WAIVE: Final[dict[str, Any]] = {"reason": "A regular customer."}
OFFER: Final[dict[str, Any]] = {"slots": ["2026-11-24T14:00:00+08:00", "2026-11-25T10:00:00+08:00"]}
