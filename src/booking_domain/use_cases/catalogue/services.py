"""Services: add, change and delete them, and offer those of one's salon.

The manager of a salon does so for its members, too: they are notified, and the audit log has an entry. Bookings keep
the services that they were made with.
"""

from dataclasses import dataclass, replace
from typing import Final

from booking_domain.catalogue.model import ProfileMissing
from booking_domain.catalogue.salons import NoSuchMember, NotYourSalon, Salon, SalonNotFound
from booking_domain.payments.chargeable import ANY_AMOUNT, Chargeable
from booking_domain.scheduling.events import (
    MemberServiceAdded,
    MemberServiceChanged,
    MemberServiceRemoved,
    OfferedServiceChanged,
    OfferedServiceEnded,
)
from booking_domain.scheduling.pauses import Pause
from booking_domain.scheduling.resources import ResourceNeed
from booking_domain.scheduling.services import (
    MAX_SERVICES,
    NotOfYourSalon,
    NotYourService,
    OfferedService,
    Service,
    ServiceNotFound,
    ServiceOffer,
    ServiceView,
    TooManyServices,
)
from booking_domain.scheduling.weekly import ServiceHours
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, StaleVersion, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import EventId, ProviderId, SalonId, ServiceId, UserId, VenueId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission, Relation, managed, may, owned
from booking_domain.shared.region import Region
from booking_domain.shared.reminders import earliest_first
from booking_domain.shared.unset import UNSET, Unset, changed, given_or
from booking_domain.shared.user_texts import require_plain_name
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.catalogue.salons import lock_member
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceChange:
    """New values of a service. Amounts are in minor units."""

    name: str | Unset = UNSET
    description: str | Unset = UNSET
    category: str | Unset = UNSET
    minutes: int | Unset = UNSET
    price_amount: int | Unset = UNSET
    deposit_amount: int | Unset = UNSET
    buffer_before_minutes: int | Unset | None = UNSET
    """None: the provider's buffer."""
    buffer_after_minutes: int | Unset | None = UNSET
    min_notice_minutes: int | Unset | None = UNSET
    """None: the provider's notice."""
    horizon_days: int | Unset | None = UNSET
    """None: the provider's horizon."""
    reminder_minutes: tuple[int, ...] | Unset | None = UNSET
    """When customers are reminded, in minutes before the start; None: as the provider does."""
    add_on: bool | Unset = UNSET
    capacity: int | Unset = UNSET
    needs: tuple[ResourceNeed, ...] | Unset = UNSET
    pauses: tuple[Pause, ...] | Unset = UNSET
    whole_days: bool | Unset = UNSET
    hours: ServiceHours | Unset | None = UNSET
    """None: whenever the provider is open."""
    venue_id: VenueId | Unset | None = UNSET
    """None: at the provider's own place."""
    active: bool | Unset = UNSET

    def __post_init__(self) -> None:
        require_plain_name(self.name, field="name")
        require_plain_name(self.category, field="category")

    def applied_to(self, service: Service) -> Service:
        """The service after the change."""
        return changed(
            service,
            self,
            price=replace(service.price, amount=given_or(self.price_amount, service.price.amount)),
            deposit=replace(service.deposit, amount=given_or(self.deposit_amount, service.deposit.amount)),
            reminder_minutes=self.reminder_minutes and earliest_first(self.reminder_minutes),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AddService:
    """Add a service to the actor's profile, to a salon that the actor manages, or to the profile of its member.

    - Prices of a profile are in its currency. A salon names one, which the members who offer the service share.
    - A profile and a salon have at most `MAX_SERVICES` services each.
    """

    salon_id: SalonId | None = None
    provider_id: ProviderId | None = None
    """A member of a salon that the actor manages."""
    name: str
    minutes: int
    price_amount: int
    currency: str | None = None
    """None: the currency of the profile; of a salon, the platform's."""
    rest: ServiceChange = ServiceChange()

    def __post_init__(self) -> None:
        require_plain_name(self.name, field="name")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditService:
    """Change a service."""

    service_id: ServiceId
    change: ServiceChange
    expected_version: ExpectedVersion = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferService:
    """Offer a service of the salon that the actor is a member of, or change the offer; None: as the salon has it."""

    service_id: ServiceId
    minutes: int | None = None
    price_amount: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferForMember(OfferService):
    """Let a member of a salon that the actor manages offer a service of the salon, or change the member's offer."""

    provider_id: ProviderId


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawForMember:
    """Let a member of a salon that the actor manages offer a service of the salon no longer."""

    service_id: ServiceId
    provider_id: ProviderId


async def _add(command: AddService, tx: Repositories, context: UseCaseContext) -> ServiceView:
    salon: Salon | None = None
    if command.salon_id is None:
        owner_id = context.actor.id
        if command.provider_id is not None:
            owner_id, salon = await _member(command.provider_id, tx, context)
        provider_id, currency = await _profile_of(owner_id, tx)
        if command.currency not in {None, currency}:
            raise InvalidValue(field="currency", problem=f"prices of the profile are in {currency}")
        count = await tx.services.count_of(provider_id)
    elif command.provider_id is not None:
        raise InvalidValue(field="provider_id", problem="name a salon or a member of yours, not both")
    else:
        provider_id, currency = None, command.currency or context.configured(Region).currency
        owner_id = await _manager(command.salon_id, tx, context)
        count = await tx.services.count_of(command.salon_id)
    if count >= MAX_SERVICES:
        raise TooManyServices
    zero = Money.zero(currency)
    service = command.rest.applied_to(
        Service(
            id=ServiceId(context.entropy.new_id()),
            provider_id=provider_id,
            salon_id=command.salon_id,
            name=command.name,
            minutes=command.minutes,
            price=replace(zero, amount=command.price_amount),
            deposit=zero,
            created_at=context.now,
        )
    )
    require_chargeable_service(service.offered(), context)
    await _require_own_resources(service, tx)
    await _require_own_venue(service, tx)
    await tx.services.add(service)
    await _tell_member(MemberServiceAdded, service, salon, tx, context, provider_id=provider_id)
    return ServiceView(service=service, owner_id=owner_id, bookable=service.active)


async def _edit(command: EditService, tx: Repositories, context: UseCaseContext) -> Service:
    before, salon = await _own(command.service_id, tx, context)
    require_expected_version(before.version, command.expected_version)
    after = replace(command.change.applied_to(before), version=before.version + 1)
    require_chargeable_service(after.offered(), context)
    if after.needs != before.needs:
        await _require_own_resources(after, tx)
    if after.venue_id != before.venue_id:
        await _require_own_venue(after, tx)
    await tx.services.save(after, was=before)
    await _tell_member(MemberServiceChanged, before, salon, tx, context, provider_id=before.provider_id)
    if before.active and not after.active:
        await _announce_to_members(OfferedServiceEnded, before, tx, context)
    elif after.active and (after.offered(), after.active) != (before.offered(), before.active):
        await _announce_to_members(OfferedServiceChanged, before, tx, context)
    return after


async def _remove(service_id: ServiceId, tx: Repositories, context: UseCaseContext) -> None:
    service, salon = await _own(service_id, tx, context)
    if service.active:
        await _announce_to_members(OfferedServiceEnded, service, tx, context)
    await tx.services.remove(service_id)
    await _tell_member(MemberServiceRemoved, service, salon, tx, context, provider_id=service.provider_id)


async def _announce_to_members(
    kind: type[OfferedServiceChanged], service: Service, tx: Repositories, context: UseCaseContext
) -> None:
    """Tell the members of the salon who offer the service."""
    if service.salon_id is not None:
        for provider_id in await tx.services.offering(service.id):
            await tx.outbox.put([_event(kind, service, provider_id, service.salon_id, context)])


async def _tell_member(
    kind: type[OfferedServiceChanged],
    service: Service,
    salon: Salon | None,
    tx: Repositories,
    context: UseCaseContext,
    *,
    provider_id: ProviderId | None,
) -> None:
    """Tell a member of the salon what its manager has done to what they offer, and audit it; without salon, nobody."""
    if salon is None or provider_id is None:
        return
    context.note(
        kind.topic, Subject("provider", provider_id), details={"salon": str(salon.id), "service": str(service.id)}
    )
    await tx.outbox.put([_event(kind, service, provider_id, salon.id, context)])


def _event(
    kind: type[OfferedServiceChanged],
    service: Service,
    provider_id: ProviderId,
    salon_id: SalonId,
    context: UseCaseContext,
) -> OfferedServiceChanged:
    return kind(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        provider_id=provider_id,
        salon_id=salon_id,
        service_id=service.id,
        service_name=service.name,
    )


async def _offer(command: OfferService, tx: Repositories, context: UseCaseContext) -> ServiceOffer:
    service, provider_id = await _of_own_salon(command.service_id, tx, context)
    return await _save_offer(command, service, provider_id, tx, context)


async def _offer_for(command: OfferForMember, tx: Repositories, context: UseCaseContext) -> ServiceOffer:
    service, salon = await _of_managed_salon(command.service_id, command.provider_id, tx, context)
    known = command.provider_id in await tx.services.offering(service.id)
    offer = await _save_offer(command, service, command.provider_id, tx, context)
    kind = MemberServiceChanged if known else MemberServiceAdded
    await _tell_member(kind, service, salon, tx, context, provider_id=command.provider_id)
    return offer


async def _save_offer(
    command: OfferService, service: Service, provider_id: ProviderId, tx: Repositories, context: UseCaseContext
) -> ServiceOffer:
    terms = await tx.bookable_providers.terms_of(provider_id)
    if terms is None or terms.price.currency != service.price.currency:
        raise InvalidValue(field="currency", problem=f"the service is priced in {service.price.currency}")
    offer = ServiceOffer(
        service_id=service.id,
        provider_id=provider_id,
        minutes=command.minutes,
        price_amount=command.price_amount,
    )
    require_chargeable_service(service.offered(offer), context)
    await tx.services.save_offer(offer)
    return offer


async def _withdraw(service_id: ServiceId, tx: Repositories, context: UseCaseContext) -> None:
    """Offer a service of the salon no longer."""
    _, provider_id = await _of_own_salon(service_id, tx, context)
    await tx.services.remove_offer(service_id, provider_id)


async def _withdraw_for(command: WithdrawForMember, tx: Repositories, context: UseCaseContext) -> None:
    service, salon = await _of_managed_salon(command.service_id, command.provider_id, tx, context)
    if command.provider_id in await tx.services.offering(service.id):
        await tx.services.remove_offer(service.id, command.provider_id)
        await _tell_member(MemberServiceRemoved, service, salon, tx, context, provider_id=command.provider_id)


async def _own(service_id: ServiceId, tx: Repositories, context: UseCaseContext) -> tuple[Service, Salon | None]:
    """Return a service that the actor may change, and the salon whose manager does it for a member.

    Raises:
        ServiceNotFound, NotYourService: there is none, or the actor may not change it.
    """
    service = required(await tx.services.get(service_id), ServiceNotFound)
    owner_id = await _owner_of(service, tx)
    if may(context.actor, Permission.MANAGE_SERVICES, None if owner_id is None else owned(context.actor, owner_id)):
        return service, None
    salon = None if service.provider_id is None else await _salon_of(service.provider_id, tx)
    if salon is None or not may(context.actor, Permission.MANAGE_SERVICES, managed(context.actor, salon.manager_id)):
        raise NotYourService
    return service, salon


async def _member(provider_id: ProviderId, tx: Repositories, context: UseCaseContext) -> tuple[UserId, Salon | None]:
    """Return the owner of a profile whose services the actor may change, and the salon of a manager who does.

    Raises:
        NoSuchMember: there is no such profile, or the actor may not change its services.
    """
    owner_id = required(await tx.profiles.get(provider_id), NoSuchMember).owner_id
    if may(context.actor, Permission.MANAGE_SERVICES, owned(context.actor, owner_id)):
        return owner_id, None
    salon = required(await _salon_of(provider_id, tx), NoSuchMember)
    if not may(context.actor, Permission.MANAGE_SERVICES, managed(context.actor, salon.manager_id)):
        raise NoSuchMember
    return owner_id, salon


async def _salon_of(provider_id: ProviderId, tx: Repositories) -> Salon | None:
    """Lock the salon that the provider is a member of, and return it."""
    salon_id = await tx.salons.salon_of(provider_id)
    salon = None if salon_id is None else await tx.salons.lock(salon_id)
    return salon if await tx.salons.salon_of(provider_id) == salon_id else None


async def _profile_of(owner_id: UserId, tx: Repositories) -> tuple[ProviderId, str]:
    """Lock the provider of this user and return it with its currency, or raise `ProfileMissing`."""
    provider_id = await tx.calendars.lock_provider_of(owner_id)
    terms = None if provider_id is None else await tx.bookable_providers.terms_of(provider_id)
    if provider_id is None or terms is None:
        raise ProfileMissing
    return provider_id, terms.price.currency


async def _owner_of(service: Service, tx: Repositories) -> UserId | None:
    if service.provider_id is not None:
        profile = await tx.profiles.get(service.provider_id)
        return None if profile is None else profile.owner_id
    salon = None if service.salon_id is None else await tx.salons.lock(service.salon_id)
    return None if salon is None else salon.manager_id


async def _manager(salon_id: SalonId, tx: Repositories, context: UseCaseContext) -> UserId:
    """Lock a salon whose services the actor manages, and return its manager."""
    salon = required(await tx.salons.lock(salon_id), SalonNotFound)
    if not may(context.actor, Permission.MANAGE_SERVICES, owned(context.actor, salon.manager_id)):
        raise NotYourSalon
    return salon.manager_id


async def _of_managed_salon(
    service_id: ServiceId, provider_id: ProviderId, tx: Repositories, context: UseCaseContext
) -> tuple[Service, Salon]:
    """Return a service of a salon whose services the actor manages, and lock the salon and its member."""
    service, _ = await _own(service_id, tx, context)
    if service.salon_id is None:
        raise NotOfYourSalon
    salon = required(await tx.salons.lock(service.salon_id), SalonNotFound)
    await lock_member(salon.id, provider_id, tx)
    return service, salon


async def _of_own_salon(service_id: ServiceId, tx: Repositories, context: UseCaseContext) -> tuple[Service, ProviderId]:
    """Return a service of the salon that the actor is a member of, and the actor's provider."""
    service = required(await tx.services.get(service_id), ServiceNotFound)
    provider_id = await tx.calendars.lock_provider_of(context.actor.id)
    salon_id = None if provider_id is None else await tx.salons.salon_of(provider_id)
    member = Relation.MEMBER if salon_id is not None and salon_id == service.salon_id else None
    if provider_id is None or not may(context.actor, Permission.OFFER_SERVICES, member):
        raise NotOfYourSalon
    return service, provider_id


async def _require_own_resources(service: Service, tx: Repositories) -> None:
    """Require that a service needs resources of its owner only, and no more units than there are."""
    owner = service.provider_id or service.salon_id
    if owner is None or not service.needs:
        return
    quantities = {each.id: each.quantity for each in await tx.resources.of_owner(owner)}
    for number, need in enumerate(service.needs):
        most = quantities.get(need.resource_id)
        if most is None:
            problem = "the provider or salon has no such resource"
            raise InvalidValue(field="resource_id", problem=problem, within=("resources", number))
        if need.quantity > most:
            raise InvalidValue(field="quantity", problem=f"at most {most}", within=("resources", number))


async def _require_own_venue(service: Service, tx: Repositories) -> None:
    """Require that a service is given at a venue of its provider."""
    venue = None if service.venue_id is None else await tx.venues.get(service.venue_id)
    if service.venue_id is not None and (venue is None or venue.provider_id != service.provider_id):
        raise InvalidValue(field="venue_id", problem="the provider has no such venue")


def require_chargeable_service(service: OfferedService, context: UseCaseContext) -> None:
    """Require that the deposit, the price and what is left after the deposit can be charged; zero is not charged.

    Without a deposit, a currency that no gateway takes is paid at the desk.
    """
    chargeable = context.get(Chargeable, ANY_AMOUNT)
    if not chargeable.takes(service.price.currency) and not service.deposit:
        return
    chargeable.require(service.price, "price_amount")
    for amount in (service.deposit, service.price - service.deposit):
        chargeable.require(amount, "deposit_amount")


add_service: Final = UseCase(
    Permission.MANAGE_SERVICES,
    _add,
    lambda _, view: Subject("service", view.service.id),
    raises=(ProfileMissing, SalonNotFound, NotYourSalon, NoSuchMember, TooManyServices, InvalidValue),
)
edit_service: Final = UseCase(
    Permission.MANAGE_SERVICES,
    _edit,
    lambda command, _: Subject("service", command.service_id),
    audited_as="service.edit",
    raises=(ServiceNotFound, NotYourService, InvalidValue, StaleVersion),
)
remove_service: Final = UseCase(
    Permission.MANAGE_SERVICES,
    _remove,
    lambda service_id, _: Subject("service", service_id),
    audited_as="service.remove",
    raises=(ServiceNotFound, NotYourService),
)
offer_service: Final = UseCase(
    Permission.OFFER_SERVICES, _offer, raises=(ServiceNotFound, NotOfYourSalon, InvalidValue)
)
withdraw_service: Final = UseCase(Permission.OFFER_SERVICES, _withdraw, raises=(ServiceNotFound, NotOfYourSalon))
_FOR_MEMBER_ERRORS: Final = (ServiceNotFound, NotYourService, NotOfYourSalon, SalonNotFound, NoSuchMember)
offer_for_member: Final = UseCase(
    Permission.MANAGE_SERVICES,
    _offer_for,
    lambda command, _: Subject("service", command.service_id),
    audited_as="service.offer",
    raises=(*_FOR_MEMBER_ERRORS, InvalidValue),
)
withdraw_for_member: Final = UseCase(
    Permission.MANAGE_SERVICES,
    _withdraw_for,
    lambda command, _: Subject("service", command.service_id),
    audited_as="service.withdraw",
    raises=_FOR_MEMBER_ERRORS,
)
