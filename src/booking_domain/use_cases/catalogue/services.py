"""Services: add, change and delete them, and offer those of one's salon.

Bookings keep the services that they were made with.
"""

from dataclasses import dataclass, replace
from typing import Final

from booking_domain.bookings.due import first_quote
from booking_domain.catalogue.model import ProfileMissing
from booking_domain.catalogue.salons import NotYourSalon, SalonNotFound
from booking_domain.payments.chargeable import ANY_AMOUNT, Chargeable
from booking_domain.scheduling.events import OfferedServiceChanged, OfferedServiceEnded
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
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, StaleVersion, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import EventId, ProviderId, SalonId, ServiceId, UserId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission, Relation, may, owned
from booking_domain.shared.region import Region
from booking_domain.shared.reminders import earliest_first
from booking_domain.shared.unset import UNSET, Unset, changed, given_or
from booking_domain.shared.user_texts import require_plain_name
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
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
    reminder_minutes: tuple[int, ...] | Unset | None = UNSET
    """When customers are reminded, in minutes before the start; None: as the provider does."""
    add_on: bool | Unset = UNSET
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
    """Add a service to the actor's profile, or to a salon that the actor manages.

    - Prices of a profile are in its currency. A salon names one, which the members who offer the service share.
    - A profile and a salon have at most `MAX_SERVICES` services each.
    """

    salon_id: SalonId | None = None
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


async def _add(command: AddService, tx: Repositories, context: UseCaseContext) -> ServiceView:
    if command.salon_id is None:
        provider_id, currency = await _own_profile(tx, context)
        if command.currency not in {None, currency}:
            raise InvalidValue(field="currency", problem=f"prices of the profile are in {currency}")
        owner_id, count = context.actor.id, await tx.services.count_of(provider_id)
    else:
        provider_id, currency = None, command.currency or context.get(Region, Region()).currency
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
    await tx.services.add(service)
    return ServiceView(service=service, owner_id=owner_id, bookable=service.active)


async def _edit(command: EditService, tx: Repositories, context: UseCaseContext) -> Service:
    before = await _own(command.service_id, tx, context)
    require_expected_version(before.version, command.expected_version)
    after = replace(command.change.applied_to(before), version=before.version + 1)
    require_chargeable_service(after.offered(), context)
    await tx.services.save(after, was=before)
    if before.active and not after.active:
        await _announce_to_members(OfferedServiceEnded, before, tx, context)
    elif after.active and (after.offered(), after.active) != (before.offered(), before.active):
        await _announce_to_members(OfferedServiceChanged, before, tx, context)
    return after


async def _remove(service_id: ServiceId, tx: Repositories, context: UseCaseContext) -> None:
    service = await _own(service_id, tx, context)
    if service.active:
        await _announce_to_members(OfferedServiceEnded, service, tx, context)
    await tx.services.remove(service_id)


async def _announce_to_members(
    kind: type[OfferedServiceChanged], service: Service, tx: Repositories, context: UseCaseContext
) -> None:
    """Tell the members of the salon who offer the service."""
    if service.salon_id is None:
        return
    await tx.outbox.put(
        [
            kind(
                id=EventId(context.entropy.new_id()),
                occurred_at=context.now,
                provider_id=provider_id,
                salon_id=service.salon_id,
                service_id=service.id,
                service_name=service.name,
            )
            for provider_id in await tx.services.offering(service.id)
        ]
    )


async def _offer(command: OfferService, tx: Repositories, context: UseCaseContext) -> ServiceOffer:
    service, provider_id = await _of_own_salon(command.service_id, tx, context)
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


async def _own(service_id: ServiceId, tx: Repositories, context: UseCaseContext) -> Service:
    """Return a service that the actor may change, or raise `ServiceNotFound` or `NotYourService`."""
    service = required(await tx.services.get(service_id), ServiceNotFound)
    owner_id = await _owner_of(service, tx)
    relation = None if owner_id is None else owned(context.actor, owner_id)
    if not may(context.actor, Permission.MANAGE_SERVICES, relation):
        raise NotYourService
    return service


async def _own_profile(tx: Repositories, context: UseCaseContext) -> tuple[ProviderId, str]:
    """Lock the actor's provider and return it with its currency, or raise `ProfileMissing`."""
    provider_id = await tx.calendars.lock_provider_of(context.actor.id)
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


async def _of_own_salon(service_id: ServiceId, tx: Repositories, context: UseCaseContext) -> tuple[Service, ProviderId]:
    """Return a service of the salon that the actor is a member of, and the actor's provider."""
    service = required(await tx.services.get(service_id), ServiceNotFound)
    provider_id = await tx.calendars.lock_provider_of(context.actor.id)
    salon_id = None if provider_id is None else await tx.salons.salon_of(provider_id)
    member = Relation.MEMBER if salon_id is not None and salon_id == service.salon_id else None
    if provider_id is None or not may(context.actor, Permission.OFFER_SERVICES, member):
        raise NotOfYourSalon
    return service, provider_id


def require_chargeable_service(service: OfferedService, context: UseCaseContext) -> None:
    """Require that the deposit, the price and what is left after the deposit can be charged; zero is not charged.

    Without a deposit, a currency that no gateway takes is paid at the desk.
    """
    chargeable = context.get(Chargeable, ANY_AMOUNT)
    if not chargeable.takes(service.price.currency) and not service.deposit:
        return
    chargeable.require(service.price, "price_amount")
    for amount in (service.deposit, first_quote(service.price, service.deposit).later):
        chargeable.require(amount, "deposit_amount")


add_service: Final = UseCase(
    Permission.MANAGE_SERVICES,
    _add,
    lambda _, view: Subject("service", view.service.id),
    raises=(ProfileMissing, SalonNotFound, NotYourSalon, TooManyServices, InvalidValue),
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
