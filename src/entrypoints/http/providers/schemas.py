"""The JSON of providers."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import UNSET, Meta, UnsetType
from msgspec.json import encode
from msgspec.structs import replace

from booking_domain.bookings.model import MAX_DURATIONS, MAX_INSTRUCTIONS, BookingMode, DepositMode, Duration
from booking_domain.bookings.policy import (
    MAX_RESCHEDULE_NOTICE,
    MAX_RESCHEDULES,
    MAX_TIERS,
    PRESETS,
    Preset,
    Tier,
    tiers,
)
from booking_domain.bookings.ports import BookingFilter
from booking_domain.catalogue.model import (
    INSTAGRAM_PATTERN,
    LANGUAGE_PATTERN,
    MAX_ADDRESS,
    MAX_BIO,
    MAX_DISPLAY_NAME,
    MAX_LANGUAGES,
    MAX_REASON,
    MAX_STYLE,
    MAX_STYLES,
    Accent,
    PendingChanges,
    ProfilePart,
    ProfileStatus,
    ProviderFilter,
)
from booking_domain.catalogue.salons import Salon
from booking_domain.files.model import FOLDERS, Folder
from booking_domain.files.ports import ObjectLinks
from booking_domain.scheduling.explain import explain, public_reasons
from booking_domain.scheduling.model import OnTimeZoneChange, Slot
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.services import OnCurrencyChange
from booking_domain.scheduling.slots import MAX_SLOTS, first_slots, places_left, slots_in_order
from booking_domain.scheduling.validity import unchanged_until
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BookingId, FileId
from booking_domain.shared.time import TimeRange
from booking_domain.shared.unset import UNSET as UNCHANGED
from booking_domain.shared.unset import Unset
from booking_domain.use_cases.bookings.requirements import Requirement
from booking_domain.use_cases.bookings.review_bookings import MOST_AT_ONCE, BookingVerdict, DecideOnBookings
from booking_domain.use_cases.catalogue.profiles import CancellationChange, ProfileChange, TermsChange
from booking_domain.use_cases.catalogue.publication import CorrectProfile
from booking_domain.use_cases.catalogue.queries import PORTFOLIO_SHOWN, ProviderPage
from booking_domain.use_cases.platform.views import ProviderView
from booking_domain.use_cases.scheduling.queries import ExplicableSchedule, to_come
from entrypoints.http.bookings.schemas import BOOKING_ID
from entrypoints.http.files import FileJson, file_json
from entrypoints.http.kit.answers import Answer
from entrypoints.http.kit.cursors import PAGE_AND_ONE, Page, PageQuery
from entrypoints.http.kit.fields import (
    Amount,
    Body,
    Currency,
    GatewayName,
    Json,
    LengthMinutes,
    Note,
    ReminderMinutes,
    Timestamp,
    ZoneName,
    one_of,
)
from entrypoints.http.kit.images import IMAGE, ImageJson, picture_or_none
from entrypoints.http.kit.points import PointBody, PointJson, location_of, point_json
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.portfolio import PortfolioJson, portfolio_json
from entrypoints.http.services.schemas import ServiceJson, service_json


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

    minutes: LengthMinutes
    price_amount: Amount
    deposit_amount: Amount | None = None


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
    max_reschedules: Annotated[int, Meta(ge=0, le=MAX_RESCHEDULES)] | UnsetType | None = UNSET
    """How often a customer can reschedule a booking; null: as often as they like. What the provider's side does, and
    what a customer does with a time that they have not agreed to, does not count."""
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

    def tiers(self) -> tuple[Tier, ...] | Unset:
        """Return the tiers of the policy or of the preset.

        Raises:
            InvalidValue: they differ.
        """
        listed = self.cancellation_policy
        preset = PRESETS.get(self.cancellation_preset or Preset.CUSTOM)
        if isinstance(listed, UnsetType):
            return UNCHANGED if preset is None else preset
        chosen = tiers((tier.hours_before, tier.percent) for tier in listed).tiers
        if preset is not None and set(chosen) != set(preset):
            raise InvalidValue(field="cancellation_preset", problem="the cancellation policy has other tiers")
        return chosen


_keeps: Final = members(
    TermsBody,
    CancellationChange,
    given=("tiers",),
    unused=TermsBody.__struct_fields__,
    late_keeps="late_cancellation_keeps_percent",
    no_show_keeps="no_show_keeps_percent",
)


def _cancellation(body: TermsBody) -> CancellationChange:
    return CancellationChange(tiers=body.tiers(), **_keeps(body))


POLICY: Final = (
    "cancellation_preset",
    "cancellation_policy",
    "late_cancellation_keeps_percent",
    "no_show_keeps_percent",
    "reschedule_notice_minutes",
    "max_reschedules",
)
"""The members that a change of the cancellation policy uses."""
TERMS: Final[dict[str, Any]] = {
    "mode": "booking_mode",
    "services": "services_on_currency_change",
    "cancellation": _cancellation,
    "gateway": "payment_gateway",
}
"""Sources of a change of terms."""
_terms: Final = projection(
    TermsBody, TermsChange, default=("durations", "max_upcoming_per_customer"), unused=POLICY, **TERMS
)
duration_json: Final = projection(Duration, DurationJson)
"""Show a length other than the default."""


tier_json: Final = projection(Tier, TierJson)


LONGEST_WINDOW: Final = timedelta(days=62)
_A_MOMENT: Final = timedelta.resolution


class SlotJson(Json, frozen=True, kw_only=True):
    """An offered slot."""

    start: Timestamp
    end: Timestamp
    places_left: int | None = None
    """How many places the appointment has left: only of a class, and where slots are listed."""


class SlotsJson(Json, frozen=True, kw_only=True):
    """The slots that start in the window, in order, and the time zone to show them in.

    With `nextFrom`, the answer has only the slots that start before it: repeat the request with it as `from`. Without
    it, the answer is complete. `degraded` names the sources that could not be taken into account.
    """

    time_zone: str
    slots: Annotated[tuple[SlotJson, ...], Meta(max_length=MAX_SLOTS)]
    next_from: Timestamp | None = None
    degraded: tuple[str, ...]


class DayJson(Json, frozen=True, kw_only=True):
    """A day of a calendar view."""

    date: date
    slots: int
    """How many slots start on this day."""
    first_slot: Timestamp | None = None
    """The start of the first slot of the day."""


class DaysJson(Json, frozen=True, kw_only=True):
    """The days of the window, in the provider's time zone.

    With `nextFrom`, the answer has only the days before it: repeat the request with it as `from`. Without it, the
    answer is complete. `degraded` names the sources that could not be taken into account.
    """

    time_zone: str
    days: Annotated[tuple[DayJson, ...], Meta(max_length=LONGEST_WINDOW.days)]
    """The days."""
    next_from: date | None = None
    degraded: tuple[str, ...]


class ExplanationJson(Json, frozen=True, kw_only=True):
    """Why a start is or is not offered.

    `reasons` are `closed`, `exception`, `salon_closed`, `service_closed`, `notice`, `horizon`, `off_grid`,
    `not_bookable`, `class_full` and `unavailable`. Instead of `unavailable`, the provider, the manager of the
    provider's salon and admins see `block`, `claimed`, `busy`, `buffer`, `day_full`, `week_full`, `month_full` and
    `year_full`.
    """

    time_zone: str
    slot: Timestamp
    offered: bool
    reasons: tuple[str, ...]
    before: SlotJson | None = None
    after: SlotJson | None = None
    degraded: tuple[str, ...]


def slots_response(
    schedule: ProviderSchedule,
    window: TimeRange,
    now: datetime,
    *,
    zone: ZoneInfo | None = None,
    duration_minutes: int | None = None,
) -> Answer:
    """The slots of the window, as JSON."""
    calendar, degraded = schedule.calendar_at(now)
    found = first_slots(calendar, schedule.claims, window=window, now=now, duration_minutes=duration_minutes)
    answer = SlotsJson(
        time_zone=calendar.time_zone if zone is None else zone.key,
        slots=_with_places(found.slots, schedule, now, zone),
        next_from=in_zone(found.next_from, zone),
        degraded=degraded,
    )
    return Answer(encode(answer), unchanged_until(schedule, window, now, first=_first(found.slots)))


def _with_places(
    slots: Sequence[Slot], schedule: ProviderSchedule, now: datetime, zone: ZoneInfo | None
) -> tuple[SlotJson, ...]:
    shown = tuple(slot_json(slot, zone) for slot in slots)
    left = places_left(schedule.calendar, schedule.claims, slots, now)
    if not left:
        return shown
    return tuple(replace(each, places_left=left[slot.start]) for slot, each in zip(slots, shown, strict=True))


def days_response(
    schedule: ProviderSchedule, window: TimeRange, now: datetime, *, duration_minutes: int | None = None
) -> Answer:
    """The number of slots of each day of the window, as JSON."""
    calendar, degraded = schedule.calendar_at(now)
    found = first_slots(calendar, schedule.claims, window=window, now=now, duration_minutes=duration_minutes)
    zone = calendar.zone
    first, last = local_date(window.start, zone), local_date(window.end - _A_MOMENT, zone)
    # The day at which the list of slots was cut off is incomplete.
    cut = None if found.next_from is None else local_date(found.next_from, zone)
    starts: dict[date, list[datetime]] = {}
    for slot in found.slots:
        starts.setdefault(local_date(slot.start, zone), []).append(slot.start)
    days = (first + timedelta(days=after) for after in range((last - first).days + 1))
    answer = DaysJson(
        time_zone=calendar.time_zone,
        days=tuple(
            DayJson(date=day, slots=len(starts.get(day, ())), first_slot=starts[day][0] if day in starts else None)
            for day in days
            if cut is None or day < cut
        ),
        next_from=cut,
        degraded=degraded,
    )
    return Answer(encode(answer), unchanged_until(schedule, window, now, first=_first(found.slots)))


def _first(slots: Sequence[Slot]) -> datetime | None:
    return slots[0].start if slots else None


class NextFree(NamedTuple):
    """The first slot from now on, what could not be taken into account, and until when both are true."""

    slot: Slot | None
    degraded: tuple[str, ...]
    until: datetime


def next_free(schedule: ProviderSchedule, now: datetime, duration_minutes: int | None = None) -> NextFree:
    """The first slot within the horizon."""
    calendar, degraded = schedule.calendar_at(now)
    window = to_come(now)
    slots = slots_in_order(calendar, schedule.claims, window=window, now=now, duration_minutes=duration_minutes)
    slot = next(iter(slots), None)
    first = None if slot is None else slot.start
    return NextFree(slot, degraded, unchanged_until(schedule, window, now, first=first))


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """The date of an instant in a time zone."""
    return at.astimezone(zone).date()


def explanation_response(
    of: ExplicableSchedule, start: datetime, now: datetime, *, duration_minutes: int | None = None
) -> bytes:
    """The explanation of a start, as JSON."""
    schedule = of.schedule
    calendar, degraded = schedule.calendar_at(now)
    why = explain(
        calendar,
        schedule.claims,
        start,
        now=now,
        duration_minutes=duration_minutes,
        bookable=schedule.accepting,
    )
    answer = ExplanationJson(
        time_zone=calendar.time_zone,
        slot=why.start,
        offered=why.offered,
        reasons=tuple(reason.value for reason in why.reasons) if of.full else public_reasons(why.reasons),
        before=None if why.before is None else slot_json(why.before),
        after=None if why.after is None else slot_json(why.after),
        degraded=degraded,
    )
    return encode(answer)


def slot_json(slot: Slot, zone: ZoneInfo | None = None) -> SlotJson:
    """Show a slot in UTC or with the offset of a time zone."""
    if zone is None:
        return SlotJson(start=slot.start, end=slot.end)
    return SlotJson(start=slot.start.astimezone(zone), end=slot.end.astimezone(zone))


def in_zone(at: datetime | None, zone: ZoneInfo | None) -> datetime | None:
    """The instant with the offset of the time zone, if one is given."""
    return at if at is None or zone is None else at.astimezone(zone)


DisplayName = Annotated[str, Meta(min_length=1, max_length=MAX_DISPLAY_NAME)]
Bio = Annotated[str, Meta(max_length=MAX_BIO)]
Styles = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=MAX_STYLE)], ...], Meta(max_length=MAX_STYLES)]
Languages = Annotated[
    tuple[
        Annotated[str, Meta(pattern=f"^{LANGUAGE_PATTERN}$", description="ISO 639, e.g. `mn`.", examples=["mn"])], ...
    ],
    Meta(max_length=MAX_LANGUAGES),
]
Instagram = Annotated[
    str,
    Meta(
        pattern=f"^({INSTAGRAM_PATTERN})?$",
        description="The user name, without `@`; empty for none.",
        examples=["nomad.ink"],
    ),
]
Address = Annotated[str, Meta(max_length=MAX_ADDRESS)]


class ChangeProfileBody(TermsBody, frozen=True, kw_only=True):
    """Changes of a profile; omitted members keep their values."""

    display_name: DisplayName | UnsetType = UNSET
    bio: Bio | UnsetType = UNSET
    styles: Styles | UnsetType = UNSET
    languages: Languages | UnsetType = UNSET
    instagram: Instagram | UnsetType = UNSET
    accent: Accent | UnsetType = UNSET
    """The colour of buttons and links on the provider's pages."""
    address: Address | UnsetType = UNSET
    location: PointBody | UnsetType = UNSET
    photo_file_id: FileId | UnsetType | None = UNSET
    """A file of the folder `provider-photos`; null removes the photo."""
    time_zone: ZoneName | UnsetType = UNSET
    hours_on_time_zone_change: OnTimeZoneChange | UnsetType = UNSET
    """Needed if another time zone would move opening hours, or there are bookings to come: `keep_clock` keeps hours at
    their times of the day, in the new zone, `remove` removes all weekly rules and exceptions. Bookings and time off
    stay at their moments; the 409 lists them on both clocks."""


class OpenProfileBody(ChangeProfileBody, frozen=True, kw_only=True):
    """A new profile, a draft until it is approved.

    Defaults: no deposit, the platform's currency, the account's time zone.
    """

    display_name: DisplayName


class DocumentsBody(Body, frozen=True, kw_only=True):
    """The documents for the decision on a profile, in their order: files of the folder `documents`."""

    file_ids: Annotated[tuple[UUID, ...], Meta(max_length=FOLDERS[Folder.DOCUMENTS].most)]
    """The uploaded files, by id, in order."""


class DecisionBody(Body, frozen=True, kw_only=True):
    """An admin's decision on a submitted profile."""

    approved: bool
    """Whether the profile is approved; otherwise it is rejected."""
    note: Note | None = None


class SuspendBody(Body, frozen=True, kw_only=True):
    """Why a profile is suspended. Its owner gets this text."""

    reason: Annotated[str, Meta(min_length=1, max_length=MAX_REASON)]


class CorrectProfileBody(Body, frozen=True, kw_only=True):
    """Corrections of a profile; omitted members keep their values."""

    display_name: DisplayName | UnsetType = UNSET
    bio: Bio | UnsetType = UNSET
    styles: Styles | UnsetType = UNSET
    languages: Languages | UnsetType = UNSET
    instagram: Instagram | UnsetType = UNSET
    address: Address | UnsetType = UNSET
    location: PointBody | UnsetType = UNSET
    payment_gateway: GatewayName | UnsetType | None = UNSET
    """The gateway that charges the provider's customers. Null: the first that accepts the currency."""
    deposit_mode: DepositMode | UnsetType | None = UNSET
    """How the provider's deposits are charged. Null: the platform's default."""


class DecideOnBookingsBody(Body, frozen=True, kw_only=True):
    """Bookings of a provider, and the decision about them."""

    booking_ids: Annotated[tuple[BookingId, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)]
    """The bookings to decide on."""
    verdict: BookingVerdict
    reason: Note | None = None


profile_members: Final = members(
    ChangeProfileBody,
    ProfileChange,
    given=("expected_version",),
    unused=POLICY,
    location=location_of,
    hours="hours_on_time_zone_change",
    terms=_terms,
)
correct_members: Final = members(
    CorrectProfileBody,
    CorrectProfile,
    given=("provider_id", "expected_version"),
    location=location_of,
    gateway="payment_gateway",
)
decide_members: Final = members(DecideOnBookingsBody, DecideOnBookings, given=("provider_id",))


class DecidedJson(Json, frozen=True, kw_only=True):
    """How many bookings the decision changed."""

    changed: int
    """How many were changed."""


class ProviderBookingsQuery(PageQuery, frozen=True, kw_only=True):
    """A page of the upcoming bookings of a provider."""

    in_question: bool | None = None


class ProfilesQuery(PageQuery, frozen=True, kw_only=True):
    """A page of profiles, for admins."""

    changed: bool = False
    """Only those whose new name or picture waits for a decision."""
    q: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=254,
                description="A part of the display name, or of the owner's name or e-mail address.",
            ),
        ]
        | None
    ) = None
    status: ProfileStatus | None = None


bookings_members: Final = members(
    ProviderBookingsQuery,
    BookingFilter,
    given=("provider_id", "upcoming_at", "status", "starts_from", "starts_before"),
    under_review="in_question",
    **PAGE_AND_ONE,
)
profiles_filter: Final = projection(
    ProfilesQuery, ProviderFilter, default=("salon_id", "order"), text="q", pending="changed", **PAGE_AND_ONE
)


class SuspensionJson(Json, frozen=True, kw_only=True):
    """Why and since when a profile is suspended; for its owner and admins."""

    cause: str
    """Why it was suspended."""
    reason: str
    since: Timestamp
    """Since when."""


class PendingChangesJson(Json, frozen=True, kw_only=True):
    """Another name or picture of an approved profile, which an admin has not looked at."""

    shown: bool
    """Whether the profile shows the changes already. Then the other members are what it showed before."""
    display_name: str | None = None
    """The name that is not shown; absent if the name does not change."""
    photo_changed: bool
    """Whether the picture changes."""
    photo: ImageJson | None = None
    """The picture that is not shown; absent if there is none."""
    asked_at: Timestamp
    """When the first of the changes was made."""


class ProviderJson(Json, frozen=True, kw_only=True):
    """A provider."""

    id: UUID
    slug: str
    display_name: str
    bio: str
    status: Annotated[str, one_of(ProfileStatus)]
    time_zone: str
    styles: tuple[str, ...]
    languages: tuple[str, ...]
    instagram: str
    """The name at Instagram."""
    accent: Annotated[str, one_of(Accent)]
    """The colour of buttons and links on the provider's pages."""
    address: str
    location: PointJson | None = None
    photo: ImageJson | None = None
    """The photo."""
    booking_mode: str
    deposit_amount: int
    price_amount: int
    durations: DurationsJson
    currency: str
    cancellation_preset: str
    """The name of the tiers: `flexible`, `moderate` or `strict`; `custom` for any others."""
    cancellation_policy: tuple[TierJson, ...]
    late_cancellation_keeps_percent: int
    no_show_keeps_percent: int
    reschedule_notice_minutes: int
    max_reschedules: int | None = None
    """How often a customer can reschedule a booking, if there is such a limit."""
    rating: float | None = None
    """The mean of the published reviews in stars, rounded to two decimals, if there are any."""
    rating_count: int
    version: int
    review_note: str | None = None
    """What the admin said about the profile."""
    pending_changes: PendingChangesJson | None = None
    """For the owner and admins: the name and picture that wait for a decision."""
    suspension: SuspensionJson | None = None
    """Since when and why the profile is suspended."""
    payment_gateway: str | None = None
    """For the owner and admins: the gateway that the provider chose. Absent: the first that accepts the currency."""
    deposit_mode: DepositMode | None = None
    """For the owner and admins: how the provider's deposits are charged. Absent: the platform's default."""
    instructions: str | None = None
    """For the owner and admins: the text that customers get with a reminder."""
    documents: tuple[FileJson, ...] | None = None
    """For the owner and admins: the documents behind the decision, at URLs of some minutes. Lists leave them out."""
    missing: tuple[Annotated[str, one_of(ProfilePart)], ...] | None = None
    """For the owner of a `draft` or `rejected` profile: what to add before it can be submitted."""


class SalonOfProviderJson(Json, frozen=True, kw_only=True):
    """The salon that a provider is a member of."""

    id: UUID
    name: str
    address: str
    city: str
    location: PointJson | None = None
    phone: str
    instructions: str


class ProviderPageJson(Json, frozen=True, kw_only=True):
    """The content of a provider's public page."""

    provider: ProviderJson
    salon: SalonOfProviderJson | None = None
    services: tuple[ServiceJson, ...]
    """The services that customers can book, by category and name, at this provider's lengths and prices."""
    portfolio: PortfolioJson
    """The first page of the portfolio."""
    next_free: SlotJson | None = None
    """The first slot for the requested length or services, if there is one within the horizon."""
    favourite: bool | None = None
    """Whether the caller has saved the provider. Absent without a valid access token."""
    before_booking: tuple[Annotated[str, one_of(Requirement)], ...] | None = None
    """What the caller has to do before they can book here: `verify_phone` (`POST /users/me/phone`), `accept_documents`
    (`accepted` in `POST /bookings`). Absent without a valid access token."""
    degraded: tuple[str, ...]


class ProvidersJson(Page[ProviderJson], frozen=True, kw_only=True):
    """A page of providers."""


SHOWN_TERMS: Final[dict[str, Any]] = {
    "booking_mode": "terms.mode",
    "durations": duration_json,
    "currency": "terms.price.currency",
    "cancellation_preset": "terms.cancellation.preset",
    "cancellation_policy": ("terms.cancellation.tiers", tier_json),
    "late_cancellation_keeps_percent": "terms.cancellation.late_keeps",
    "no_show_keeps_percent": "terms.cancellation.no_show_keeps",
}
"""Sources of a view that has `terms`."""
_provider: Final = members(
    ProviderView,
    ProviderJson,
    given=(
        "photo",
        "review_note",
        "pending_changes",
        "suspension",
        "payment_gateway",
        "deposit_mode",
        "instructions",
        "documents",
        "missing",
    ),
    within=("profile", "terms", "terms.cancellation"),
    location=point_json,
    **SHOWN_TERMS,
    slug="profile.slug",
    rating="profile.rating.average",
)
_salon_json: Final = projection(Salon, SalonOfProviderJson, location=point_json)


_pending: Final = members(PendingChanges, PendingChangesJson, given=("photo",))


def provider_json(view: ProviderView, links: ObjectLinks) -> ProviderJson:
    """Show a provider to the public."""
    return ProviderJson(photo=picture_or_none(view.profile.photo, links), **_provider(view))


def provider_page_json(
    page: ProviderPage,
    free: NextFree,
    links: ObjectLinks,
) -> ProviderPageJson:
    """Show the page of a provider to everybody."""
    salon = page.salon
    return ProviderPageJson(
        provider=provider_json(page.view, links),
        salon=None if salon is None else _salon_json(salon),
        services=tuple(map(service_json, page.services)),
        portfolio=portfolio_json(page.portfolio, PORTFOLIO_SHOWN, links),
        next_free=None if free.slot is None else slot_json(free.slot),
        degraded=free.degraded,
    )


# Examples for the API's documentation.
PROVIDER_ID: Final = "0199f3a2-1b40-7c11-9a55-0d6a4f0e8c21"
PROFILE: Final[dict[str, Any]] = {
    "displayName": "Studio Nomad",
    "bio": "Fine lines and lettering.",
    "styles": ["fine line", "lettering"],
    "languages": ["mn", "en"],
    "instagram": "studio.nomad",
    "address": "Peace Avenue 17, Ulaanbaatar",
    "location": {"lat": 47.9184, "lon": 106.9177},
    "timeZone": "Asia/Ulaanbaatar",
    "bookingMode": "instant",
    "depositAmount": 2000000,
    "priceAmount": 8000000,
    "currency": "MNT",
}
DOCUMENTS: Final[dict[str, Any]] = {"fileIds": [IMAGE["fileId"]]}


def provider_json_with_note(view: ProviderView, links: ObjectLinks) -> ProviderJson:
    """Show a provider to the owner or an admin, with gateway, the admin's note, suspension and documents."""
    suspension, pending = view.profile.suspension, view.profile.pending
    return replace(
        provider_json(view, links),
        payment_gateway=view.terms.gateway,
        deposit_mode=view.terms.deposit_mode,
        instructions=view.terms.instructions or None,
        documents=None if view.documents is None else tuple(file_json(each, links) for each in view.documents),
        missing=None if view.missing is None else tuple(view.missing),
        review_note=view.profile.review_note,
        pending_changes=None
        if pending is None
        else PendingChangesJson(photo=picture_or_none(pending.photo, links), **_pending(pending)),
        suspension=None
        if suspension is None
        else SuspensionJson(cause=suspension.cause.value, reason=suspension.reason, since=suspension.since),
    )


CHANGES: Final[dict[str, Any]] = {"bio": "Fine lines, lettering and cover-ups.", "depositAmount": 2500000}
REJECTED_CHANGES: Final[dict[str, Any]] = {"approved": False, "note": "This is the name of a brand."}
APPROVED: Final[dict[str, Any]] = {"approved": True, "note": "Welcome."}
SUSPEND: Final[dict[str, Any]] = {"reason": "The address does not exist."}
CORRECTION: Final[dict[str, Any]] = {"address": "Peace Avenue 71, Ulaanbaatar"}
DECIDE: Final[dict[str, Any]] = {"bookingIds": [BOOKING_ID], "verdict": "cancel", "reason": "The studio has closed."}
