"""Consents: a customer lets a provider place bookings for them, and takes it back.

The provider asks by giving the customer a code, in person or in a link. The platform writes to no customer on the
provider's behalf, so a provider learns of an account only when its customer consents.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from booking_domain.bookings.consents import (
    BookingConsent,
    ConsentAction,
    ConsentCode,
    ConsentCodeNotFound,
    ConsentGranted,
    ConsentId,
    ConsentNotFound,
    ConsentRevoked,
    ConsentStatus,
    ConsentView,
    NoConsentCode,
)
from booking_domain.catalogue.model import Profile, ProfileMissing
from booking_domain.scheduling.claiming import slot_window
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import NotPermitted, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import EventId, ProviderId, UserId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.use_cases.platform.ports import Reads, Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantConsent:
    """Let a provider place bookings for the actor.

    - The code is the provider's current one, and the provider takes bookings. Whatever is wrong, the error is the same.
    - A consent that was revoked is granted again. Granting twice has one effect.
    """

    provider_id: ProviderId
    code: str


async def may_place_for(customer_id: UserId, provider_id: ProviderId, tx: Repositories) -> bool:
    """Whether the provider may place bookings for this customer.

    The customer has consented; or has placed a booking with the provider, and has not forbidden it since.
    """
    consent = await tx.booking_consents.get(customer_id, provider_id)
    if consent is not None:
        return consent.status is ConsentStatus.GRANTED
    return await tx.bookings.has_placed(customer_id, provider_id)


async def _change_code(_: None, tx: Repositories, context: UseCaseContext) -> ConsentCode:
    """Earlier codes of the provider are no longer valid. Consents stay."""
    profile = await _own_profile(tx, context)
    code = ConsentCode.make(profile.id, entropy=context.entropy, now=context.now)
    await tx.booking_consents.save_code(code)
    return code


async def _remove_code(_: None, tx: Repositories, context: UseCaseContext) -> None:
    await tx.booking_consents.remove_code((await _own_profile(tx, context)).id)


async def _own_profile(tx: Repositories, context: UseCaseContext) -> Profile:
    return required(await tx.profiles.of_owner(context.actor.id), ProfileMissing)


async def _grant(command: GrantConsent, tx: Repositories, context: UseCaseContext) -> ConsentView:
    schedule = await _locked(command.provider_id, tx, context)
    code = None if schedule is None else await tx.booking_consents.code_of(command.provider_id)
    profile = await tx.profiles.get(command.provider_id)
    customer = await tx.users.get(context.actor.id)
    if schedule is None or code is None or profile is None or customer is None:
        raise ConsentCodeNotFound
    if not (schedule.accepting and code.matches(command.code)) or schedule.owner_id == customer.id:
        raise ConsentCodeNotFound
    before = await tx.booking_consents.get(customer.id, command.provider_id)
    if before is None or before.status is not ConsentStatus.GRANTED:
        after = _new(customer.id, command.provider_id, context) if before is None else _moved(before, context)
        await tx.booking_consents.save(after)
        event_id = EventId(context.entropy.new_id())
        await tx.outbox.put([ConsentGranted(id=event_id, occurred_at=context.now, consent_id=after.id)])
    else:
        after = before
    return ConsentView(consent=after, provider_name=profile.display_name, customer_name=customer.name)


async def _revoke(provider_id: ProviderId, tx: Repositories, context: UseCaseContext) -> None:
    """Revoke a consent, or forbid what earlier bookings allow. Revoking twice has one effect."""
    await _locked(provider_id, tx, context)
    customer_id = context.actor.id
    before = await tx.booking_consents.get(customer_id, provider_id)
    if before is None:
        if not await tx.bookings.has_placed(customer_id, provider_id):
            raise ConsentNotFound
        before = _new(customer_id, provider_id, context)
    if before.status is ConsentStatus.REVOKED:
        return
    after = before.moved(ConsentAction.REVOKE, context.now)
    await tx.booking_consents.save(after)
    event_id = EventId(context.entropy.new_id())
    await tx.outbox.put([ConsentRevoked(id=event_id, occurred_at=context.now, consent_id=after.id)])


async def _locked(provider_id: ProviderId, tx: Repositories, context: UseCaseContext) -> ProviderSchedule | None:
    """Lock the provider: no booking is being placed there while a consent changes."""
    return await tx.schedules.lock(provider_id, slot_window(context.now))


def _new(customer_id: UserId, provider_id: ProviderId, context: UseCaseContext) -> BookingConsent:
    return BookingConsent(
        id=ConsentId(context.entropy.new_id()),
        provider_id=provider_id,
        customer_id=customer_id,
        changed_at=context.now,
        created_at=context.now,
    )


def _moved(consent: BookingConsent, context: UseCaseContext) -> BookingConsent:
    return consent.moved(ConsentAction.GRANT, context.now)


change_consent_code: Final = UseCase(
    Permission.ASK_FOR_CONSENT, _change_code, raises=(ProfileMissing,), outlasts_session=True
)
remove_consent_code: Final = UseCase(Permission.ASK_FOR_CONSENT, _remove_code, raises=(ProfileMissing,))
grant_consent: Final = UseCase(Permission.GIVE_CONSENT, _grant, raises=(ConsentCodeNotFound,), outlasts_session=True)
revoke_consent: Final = UseCase(Permission.GIVE_CONSENT, _revoke, raises=(ConsentNotFound,))


async def _get_code(actor: Actor, reads: Reads) -> ConsentCode:
    """The actor's own code."""
    return required(await reads.booking_consents.code_of(await _own_provider(actor, reads)), NoConsentCode)


async def _list_given(actor: Actor, after: ConsentId | None, limit: int, reads: Reads) -> Sequence[ConsentView]:
    """What the actor has said to providers, newest first."""
    authorise(actor, Permission.GIVE_CONSENT)
    return await reads.booking_consents.of_customer(actor.id, after, limit)


async def _list_received(actor: Actor, after: ConsentId | None, limit: int, reads: Reads) -> Sequence[ConsentView]:
    """What customers have said to the actor as a provider, newest first."""
    return await reads.booking_consents.of_provider(await _own_provider(actor, reads), after, limit)


async def _own_provider(actor: Actor, reads: Reads) -> ProviderId:
    authorise(actor, Permission.ASK_FOR_CONSENT)
    view = required(await reads.providers.by_owner(actor.id), ProfileMissing)
    return view.profile.id


get_consent_code: Final = Query(_get_code, (NotPermitted, ProfileMissing, NoConsentCode))
list_given_consents: Final = Query(_list_given, (NotPermitted,))
list_received_consents: Final = Query(_list_received, (NotPermitted, ProfileMissing))
