"""The JSON of salons."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from booking_domain.catalogue.salons import MAX_MEMBERS, MAX_SALON_NAME, Member, Salon
from booking_domain.scheduling.model import DateException, WeeklyRule
from booking_domain.shared.ids import ProviderId, SalonId
from booking_domain.shared.versions import ExpectedVersion
from booking_domain.workflows.salons import (
    MAX_SALON_EXCEPTIONS,
    MAX_SALON_RULES,
    EditSalon,
    Membership,
    OpenSalon,
    SetSalonHours,
)
from booking_domain.workflows.views import SalonView
from entrypoints.http.availability.schemas import ExceptionBody, HoursJson, RuleBody
from entrypoints.http.kit.fields import Body, Json, Timestamp, ZoneName, given

SalonName = Annotated[str, Meta(min_length=1, max_length=MAX_SALON_NAME)]


class OpenSalonBody(Body, frozen=True, kw_only=True):
    """A new salon."""

    name: SalonName
    time_zone: ZoneName

    def command(self) -> OpenSalon:
        """Return the command."""
        return OpenSalon(name=self.name, time_zone=self.time_zone)


class EditSalonBody(Body, frozen=True, kw_only=True):
    """Changes of a salon; omitted members keep their values."""

    name: SalonName | UnsetType = UNSET
    time_zone: ZoneName | UnsetType = UNSET

    def command(self, salon_id: UUID, expected_version: ExpectedVersion) -> EditSalon:
        """Return the command."""
        return EditSalon(
            salon_id=SalonId(salon_id),
            name=given(self.name),
            time_zone=given(self.time_zone),
            expected_version=expected_version,
        )


class SalonHoursBody(Body, frozen=True, kw_only=True):
    """All opening hours of a salon, in its time zone."""

    rules: Annotated[tuple[RuleBody, ...], Meta(max_length=MAX_SALON_RULES)]
    exceptions: Annotated[tuple[ExceptionBody, ...], Meta(max_length=MAX_SALON_EXCEPTIONS)] = ()

    def command(self, salon_id: UUID, expected_version: ExpectedVersion) -> SetSalonHours:
        """Return the command."""
        return SetSalonHours(
            salon_id=SalonId(salon_id),
            rules=tuple(rule.command() for rule in self.rules),
            exceptions=tuple(exception.command() for exception in self.exceptions),
            expected_version=expected_version,
        )


class InviteBody(Body, frozen=True, kw_only=True):
    """The provider to invite."""

    provider_id: UUID

    def command(self, salon_id: UUID) -> Membership:
        """Return the command."""
        return Membership(salon_id=SalonId(salon_id), provider_id=ProviderId(self.provider_id))


class SalonJson(Json, frozen=True, kw_only=True):
    """A salon."""

    id: UUID
    manager_id: UUID
    name: str
    time_zone: str
    version: int
    created_at: Timestamp


class SalonRuleJson(HoursJson, frozen=True, kw_only=True):
    """A weekly rule."""

    day: int
    valid_from: date | UnsetType = UNSET
    valid_until: date | UnsetType = UNSET
    every_weeks: int


class SalonExceptionJson(Json, frozen=True, kw_only=True):
    """Other hours for one date, or none."""

    date: date
    closed: Literal[True] | UnsetType = UNSET
    ranges: tuple[HoursJson, ...] | UnsetType = UNSET


class SalonHoursJson(Json, frozen=True, kw_only=True):
    """The opening hours of a salon."""

    time_zone: str
    rules: Annotated[tuple[SalonRuleJson, ...], Meta(max_length=MAX_SALON_RULES)]
    exceptions: Annotated[tuple[SalonExceptionJson, ...], Meta(max_length=MAX_SALON_EXCEPTIONS)]


class MemberJson(Json, frozen=True, kw_only=True):
    """A provider of a salon; `invited` until the provider has accepted."""

    provider_id: UUID
    status: str


class MembersJson(Json, frozen=True, kw_only=True):
    """The providers of a salon."""

    items: Annotated[tuple[MemberJson, ...], Meta(max_length=MAX_MEMBERS)]


def salon_json(salon: Salon) -> SalonJson:
    """Show a salon."""
    return SalonJson(
        id=salon.id,
        manager_id=salon.manager_id,
        name=salon.name,
        time_zone=salon.time_zone,
        version=salon.version,
        created_at=salon.created_at,
    )


def hours_json(view: SalonView) -> SalonHoursJson:
    """Show a salon's hours."""
    return SalonHoursJson(
        time_zone=view.salon.time_zone,
        rules=tuple(_rule_json(rule) for rule in view.hours.rules),
        exceptions=tuple(_exception_json(exception) for exception in view.hours.exceptions),
    )


def member_json(member: Member) -> MemberJson:
    """Show a member."""
    return MemberJson(provider_id=member.provider_id, status=member.status.value)


def _rule_json(rule: WeeklyRule) -> SalonRuleJson:
    return SalonRuleJson(
        day=rule.day,
        start_time=str(rule.hours.start),
        end_time=str(rule.hours.end),
        valid_from=rule.valid_from or UNSET,
        valid_until=rule.valid_until or UNSET,
        every_weeks=rule.every_weeks,
    )


def _exception_json(exception: DateException) -> SalonExceptionJson:
    ranges = tuple(HoursJson(start_time=str(hours.start), end_time=str(hours.end)) for hours in exception.ranges)
    return SalonExceptionJson(date=exception.date, closed=UNSET if ranges else True, ranges=ranges or UNSET)
