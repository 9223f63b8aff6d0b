"""Members of a salon are notified when a service that they offer changes or ends."""

from collections.abc import Sequence

from booking_domain.scheduling.events import OfferedServiceChanged
from booking_domain.shared.actor import Actor, Role
from booking_domain.testing.builders import terms
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.catalogue.salons import (
    Membership,
    OpenSalon,
    accept_invitation,
    invite_provider,
    open_salon,
)
from booking_domain.use_cases.catalogue.services import (
    AddService,
    EditService,
    OfferService,
    ServiceChange,
    add_service,
    edit_service,
    offer_service,
    remove_service,
)
from booking_domain.use_cases.messages.notify import notify
from entrypoints.languages.notices import GettextTranslator


async def notified(studio: Studio, since: int = 0) -> Sequence[tuple[str, str, str]]:
    notifier = MemoryNotifier()
    events = [each for each in await studio.backend.outbox_events() if isinstance(each, OfferedServiceChanged)]
    for event in events[since:]:
        await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    return [(each.to, each.subject, each.text) for each in notifier.delivered]


async def test_members_who_offer_a_service_are_told_when_it_changes_or_ends() -> None:
    studio = await Studio.opened()
    manager = await studio.joined(Role.MANAGER)
    salon = await studio.run(open_salon, OpenSalon(name="Nomad", time_zone="UTC"), by=manager)

    async def joined(owner: Actor) -> None:
        view = await studio.reads.providers.by_owner(owner.id)
        assert view is not None
        member = Membership(salon_id=salon.id, provider_id=view.profile.id)
        await studio.run(invite_provider, member, by=manager)
        await studio.run(accept_invitation, salon.id, by=owner)

    colleague = await studio.joined(Role.PROVIDER)
    await studio.new_provider(colleague, terms())
    for owner in (studio.owner, colleague):
        await joined(owner)
    add = AddService(salon_id=salon.id, name="Cut", minutes=45, price_amount=3_000_000, rest=ServiceChange())
    service = (await studio.run(add_service, add, by=manager)).service
    await studio.run(offer_service, OfferService(service_id=service.id), by=studio.owner)
    account = await studio.reads.users.get(studio.owner.id)
    assert account is not None
    changes: tuple[tuple[ServiceChange, list[str]], ...] = (
        (ServiceChange(description="Wash included"), []),
        (ServiceChange(price_amount=4_000_000), ["Your salon has changed a service: “Cut”"]),
        (ServiceChange(name="Trim"), ["Your salon has changed a service: “Cut”"]),
        (ServiceChange(active=False), ["Your salon no longer offers a service: “Trim”"]),
        (ServiceChange(minutes=50), []),
        (ServiceChange(active=True), ["Your salon has changed a service: “Trim”"]),
    )
    seen = 0
    for change, subjects in changes:
        await studio.run(edit_service, EditService(service_id=service.id, change=change), by=manager)
        notices = await notified(studio, seen)
        assert [notice[:2] for notice in notices] == [(account.email, subject) for subject in subjects], change
        seen += len(notices)
    await studio.run(remove_service, service.id, by=manager)
    [(_, subject, text)] = await notified(studio, seen)
    assert subject == "Your salon no longer offers a service: “Trim”"
    assert text == "The salon Nomad no longer offers Trim: customers can no longer book it with you. Bookings stay."


async def test_a_change_of_an_own_service_tells_nobody() -> None:
    studio = await Studio.opened()
    add = AddService(salon_id=None, name="Cut", minutes=45, price_amount=3_000_000, rest=ServiceChange())
    service = (await studio.run(add_service, add, by=studio.owner)).service
    change = ServiceChange(price_amount=4_000_000)
    await studio.run(edit_service, EditService(service_id=service.id, change=change), by=studio.owner)
    await studio.run(remove_service, service.id, by=studio.owner)
    assert await notified(studio) == []
