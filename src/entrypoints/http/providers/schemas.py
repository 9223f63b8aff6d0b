"""The JSON of providers."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from booking_domain.bookings.model import DepositMode
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
    Location,
    ProfileStatus,
    ProviderFilter,
    ProviderOrder,
)
from booking_domain.catalogue.salons import Salon
from booking_domain.files.model import FOLDERS, Folder
from booking_domain.files.ports import ObjectLinks
from booking_domain.scheduling.model import Slot
from booking_domain.shared.ids import BookingId, FileId, ProviderId
from booking_domain.shared.unset import given_as
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.use_cases.bookings.review_bookings import MOST_AT_ONCE, BookingVerdict, DecideOnBookings
from booking_domain.use_cases.catalogue.profiles import ProfileChange
from booking_domain.use_cases.catalogue.publication import CorrectProfile
from booking_domain.use_cases.catalogue.queries import PORTFOLIO_SHOWN, ProviderPage
from booking_domain.use_cases.platform.views import ProviderView
from entrypoints.http.files.images import ImageJson, picture_or_none
from entrypoints.http.files.schemas import FILE, FileJson
from entrypoints.http.kit.cursors import Page, PageQuery
from entrypoints.http.kit.fields import (
    Body,
    GatewayName,
    Json,
    Note,
    Timestamp,
    ZoneName,
    given,
    one_of,
)
from entrypoints.http.portfolio import PortfolioJson, portfolio_json
from entrypoints.http.providers.slot_responses import SlotJson, slot_json
from entrypoints.http.providers.terms import DurationsJson, TermsBody, TierJson, durations_json, tier_json
from entrypoints.http.services import ServiceJson, service_json

DisplayName = Annotated[str, Meta(min_length=1, max_length=MAX_DISPLAY_NAME)]
Bio = Annotated[str, Meta(max_length=MAX_BIO)]
Styles = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=MAX_STYLE)], ...], Meta(max_length=MAX_STYLES)]
Languages = Annotated[
    tuple[Annotated[str, Meta(pattern=f"^{LANGUAGE_PATTERN}$", description="ISO 639, e.g. `mn`.")], ...],
    Meta(max_length=MAX_LANGUAGES),
]
Instagram = Annotated[
    str, Meta(pattern=f"^({INSTAGRAM_PATTERN})?$", description="The user name, without `@`; empty for none.")
]
Address = Annotated[str, Meta(max_length=MAX_ADDRESS)]


class PointBody(Body, frozen=True, kw_only=True):
    """A location in WGS 84 degrees."""

    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]

    def value(self) -> Location:
        """The value of the domain."""
        return Location(lat=self.lat, lon=self.lon)


class ChangeProfileBody(TermsBody, frozen=True, kw_only=True):
    """Changes of a profile; omitted members keep their values."""

    display_name: DisplayName | UnsetType = UNSET
    bio: Bio | UnsetType = UNSET
    styles: Styles | UnsetType = UNSET
    languages: Languages | UnsetType = UNSET
    instagram: Instagram | UnsetType = UNSET
    address: Address | UnsetType = UNSET
    location: PointBody | UnsetType = UNSET
    photo_file_id: FileId | UnsetType | None = UNSET
    """A file of the folder `provider-photos`; null removes the photo."""
    time_zone: ZoneName | UnsetType = UNSET

    def change(self, expected_version: ExpectedVersion = None) -> ProfileChange:
        """Return the command."""
        return ProfileChange(
            display_name=given(self.display_name),
            bio=given(self.bio),
            styles=given(self.styles),
            languages=given(self.languages),
            instagram=given(self.instagram),
            address=given(self.address),
            location=given_as(given(self.location), PointBody.value),
            photo_file_id=given(self.photo_file_id),
            time_zone=given(self.time_zone),
            terms=self.terms(),
            expected_version=expected_version,
        )


class OpenProfileBody(ChangeProfileBody, frozen=True, kw_only=True):
    """A new profile, a draft until it is approved. Defaults: no deposit, MNT, the account's time zone."""

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

    def command(self, provider_id: ProviderId, expected_version: ExpectedVersion) -> CorrectProfile:
        """Return the command."""
        return CorrectProfile(
            provider_id=provider_id,
            display_name=given(self.display_name),
            bio=given(self.bio),
            styles=given(self.styles),
            languages=given(self.languages),
            instagram=given(self.instagram),
            address=given(self.address),
            location=given_as(given(self.location), PointBody.value),
            gateway=given(self.payment_gateway),
            deposit_mode=given(self.deposit_mode),
            expected_version=expected_version,
        )


class DecideOnBookingsBody(Body, frozen=True, kw_only=True):
    """Bookings of a provider, and the decision about them."""

    booking_ids: Annotated[tuple[BookingId, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)]
    """The bookings to decide on."""
    verdict: BookingVerdict
    reason: Note | None = None

    def command(self, provider_id: ProviderId) -> DecideOnBookings:
        """Return the command."""
        return DecideOnBookings(
            provider_id=provider_id,
            booking_ids=self.booking_ids,
            verdict=self.verdict,
            reason=self.reason,
        )


class DecidedJson(Json, frozen=True, kw_only=True):
    """How many bookings the decision changed."""

    changed: int
    """How many were changed."""


class ProviderBookingsQuery(PageQuery, frozen=True, kw_only=True):
    """A page of the upcoming bookings of a provider."""

    in_question: bool | None = None

    def chosen(self, provider_id: ProviderId, now: datetime) -> BookingFilter:
        """Return the filter, for one booking more than the page has."""
        return BookingFilter(
            provider_id=provider_id,
            upcoming_at=now,
            under_review=self.in_question,
            after=self.after(BookingId),
            limit=self.limit + 1,
        )


class ProvidersQuery(PageQuery, frozen=True, kw_only=True):
    """A page of approved providers, sorted by registration or by rating (best first)."""

    sort: ProviderOrder = ProviderOrder.REGISTERED

    def chosen(self) -> ProviderFilter:
        """The page, and one provider more."""
        return ProviderFilter(order=self.sort, after=self.after(ProviderId), limit=self.limit + 1)


class ProfilesQuery(PageQuery, frozen=True, kw_only=True):
    """A page of profiles, for admins."""

    status: ProfileStatus | None = None

    def chosen(self) -> ProviderFilter:
        """The page, and one profile more."""
        return ProviderFilter(status=self.status, after=self.after(ProviderId), limit=self.limit + 1)


class PointJson(Json, frozen=True, kw_only=True):
    """A location in WGS 84 degrees."""

    lat: float
    lon: float


class SuspensionJson(Json, frozen=True, kw_only=True):
    """Why and since when a profile is suspended; for its owner and admins."""

    cause: str
    """Why it was suspended."""
    reason: str
    since: Timestamp
    """Since when."""


class ProviderJson(Json, frozen=True, kw_only=True):
    """A provider."""

    id: UUID
    display_name: str
    bio: str
    status: Annotated[str, one_of(ProfileStatus)]
    time_zone: str
    styles: tuple[str, ...]
    languages: tuple[str, ...]
    instagram: str
    """The name at Instagram."""
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
    rating: float | None = None
    """The mean of the published reviews in stars, rounded to two decimals, if there are any."""
    rating_count: int
    version: int
    review_note: str | None = None
    """What the admin said about the profile."""
    suspension: SuspensionJson | None = None
    """Since when and why the profile is suspended."""
    payment_gateway: str | None = None
    """For the owner and admins: the gateway that the provider chose. Absent: the first that accepts the currency."""
    deposit_mode: DepositMode | None = None
    """For the owner and admins: how the provider's deposits are charged. Absent: the platform's default."""
    documents: tuple[FileJson, ...] | None = None
    """For the owner and admins: the documents behind the decision, at URLs of five minutes. Lists leave them out."""


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
    degraded: tuple[str, ...]


class ProvidersJson(Page[ProviderJson], frozen=True, kw_only=True):
    """A page of providers."""


def provider_json(view: ProviderView, links: ObjectLinks) -> ProviderJson:
    """Show a provider to the public."""
    profile, terms, point = view.profile, view.terms, view.profile.location
    return ProviderJson(
        id=profile.id,
        display_name=profile.display_name,
        bio=profile.bio,
        status=profile.status.value,
        time_zone=view.time_zone,
        styles=profile.styles,
        languages=profile.languages,
        instagram=profile.instagram,
        address=profile.address,
        location=None if point is None else PointJson(lat=point.lat, lon=point.lon),
        photo=picture_or_none(profile.photo, links),
        booking_mode=terms.mode.value,
        deposit_amount=terms.deposit.amount,
        price_amount=terms.price.amount,
        durations=durations_json(terms),
        currency=terms.price.currency,
        cancellation_preset=terms.cancellation.preset.value,
        cancellation_policy=tuple(map(tier_json, terms.cancellation.tiers)),
        late_cancellation_keeps_percent=terms.cancellation.late_keeps,
        no_show_keeps_percent=terms.cancellation.no_show_keeps,
        reschedule_notice_minutes=terms.cancellation.reschedule_notice_minutes,
        rating=profile.rating.average,
        rating_count=profile.rating.count,
        version=profile.version,
    )


def provider_page_json(
    page: ProviderPage,
    next_free: Slot | None,
    degraded: tuple[str, ...],
    links: ObjectLinks,
    *,
    favourite: bool | None = None,
) -> ProviderPageJson:
    """Show the page of a provider."""
    salon = page.salon
    return ProviderPageJson(
        provider=provider_json(page.view, links),
        salon=None if salon is None else _salon_json(salon),
        services=tuple(map(service_json, page.services)),
        portfolio=portfolio_json(page.portfolio, PORTFOLIO_SHOWN, links),
        next_free=None if next_free is None else slot_json(next_free),
        favourite=favourite,
        degraded=degraded,
    )


def _salon_json(salon: Salon) -> SalonOfProviderJson:
    point = salon.location
    return SalonOfProviderJson(
        id=salon.id,
        name=salon.name,
        address=salon.address,
        city=salon.city,
        location=None if point is None else PointJson(lat=point.lat, lon=point.lon),
        phone=salon.phone,
        instructions=salon.instructions,
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
DOCUMENTS: Final[dict[str, Any]] = {"fileIds": [FILE["id"]]}
