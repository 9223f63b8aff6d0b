"""The JSON of providers."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from booking_domain.catalogue.model import MAX_STYLES, Location, ProfileStatus, ProviderOrder
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.workflows.provider_profiles import ProfileChange
from booking_domain.workflows.views import ProviderView
from entrypoints.http.kit.cursors import DEFAULT_LIMIT
from entrypoints.http.kit.fields import Body, Cursor, Json, Limit, Note, Query, ZoneName, given
from entrypoints.http.providers.terms import TermsBody, TierJson, tiers_json

DisplayName = Annotated[str, Meta(min_length=1, max_length=120)]
Bio = Annotated[str, Meta(max_length=4_000)]
Styles = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=40)], ...], Meta(max_length=MAX_STYLES)]
Address = Annotated[str, Meta(max_length=300)]


class PointBody(Body, frozen=True, kw_only=True):
    """A location in WGS 84 degrees."""

    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]


class ChangeProfileBody(TermsBody, frozen=True, kw_only=True):
    """Changes of a profile; omitted members keep their values."""

    display_name: DisplayName | UnsetType = UNSET
    bio: Bio | UnsetType = UNSET
    styles: Styles | UnsetType = UNSET
    address: Address | UnsetType = UNSET
    location: PointBody | UnsetType = UNSET
    time_zone: ZoneName | UnsetType = UNSET

    def change(self, expected_version: ExpectedVersion = None) -> ProfileChange:
        """Return the command."""
        location = given(self.location)
        return ProfileChange(
            display_name=given(self.display_name),
            bio=given(self.bio),
            styles=given(self.styles),
            address=given(self.address),
            location=None if location is None else Location(lat=location.lat, lon=location.lon),
            time_zone=given(self.time_zone),
            terms=self.terms(),
            expected_version=expected_version,
        )


class OpenProfileBody(ChangeProfileBody, frozen=True, kw_only=True):
    """A new profile, a draft until it is approved. Defaults: no deposit, MNT, Asia/Ulaanbaatar."""

    display_name: DisplayName


class DecisionBody(Body, frozen=True, kw_only=True):
    """An admin's decision on a submitted profile."""

    approved: bool
    note: Note | None = None


class ProvidersQuery(Query, frozen=True, kw_only=True):
    """A page of approved providers."""

    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None


class SortedProvidersQuery(ProvidersQuery, frozen=True, kw_only=True):
    """A page of approved providers, sorted by registration or by rating (best first)."""

    sort: ProviderOrder = ProviderOrder.REGISTERED


class ProfilesQuery(ProvidersQuery, frozen=True, kw_only=True):
    """A page of profiles, for admins."""

    status: ProfileStatus | None = None


class PointJson(Json, frozen=True, kw_only=True):
    """A location in WGS 84 degrees."""

    lat: float
    lon: float


class ProviderJson(Json, frozen=True, kw_only=True):
    """A provider."""

    id: UUID
    display_name: str
    bio: str
    status: str
    time_zone: str
    styles: tuple[str, ...]
    address: str
    location: PointJson | UnsetType = UNSET
    booking_mode: str
    deposit_amount: int
    price_amount: int
    currency: str
    cancellation_policy: tuple[TierJson, ...]
    rating: float | None
    """The mean of the published reviews in stars, rounded to two decimals; null without reviews."""
    rating_count: int
    version: int
    review_note: str | UnsetType = UNSET


class ProvidersJson(Json, frozen=True, kw_only=True):
    """A page of providers."""

    items: tuple[ProviderJson, ...]
    next_cursor: str | None


def provider_json(view: ProviderView) -> ProviderJson:
    """Show a provider to the public."""
    profile, terms, point = view.profile, view.terms, view.profile.location
    return ProviderJson(
        id=profile.id,
        display_name=profile.display_name,
        bio=profile.bio,
        status=profile.status.value,
        time_zone=view.time_zone,
        styles=profile.styles,
        address=profile.address,
        location=UNSET if point is None else PointJson(lat=point.lat, lon=point.lon),
        booking_mode=terms.mode.value,
        deposit_amount=terms.deposit.amount,
        price_amount=terms.price.amount,
        currency=terms.price.currency,
        cancellation_policy=tiers_json(terms),
        rating=profile.rating.average,
        rating_count=profile.rating.count,
        version=profile.version,
    )
