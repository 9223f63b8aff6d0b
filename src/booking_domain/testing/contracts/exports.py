"""The reads that an export of personal data needs: one part of the contracts of six read ports."""

from dataclasses import replace
from datetime import timedelta

from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.salons import Salon
from booking_domain.identity.external_identities import ExternalIdentity, IdentityProvider
from booking_domain.payments.model import Purpose
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import SalonId
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder
from booking_domain.testing.contracts.storage import Backend, StorageContract, a_cast


class ExportReadsContract(StorageContract):
    """Reads by owner, and of many bookings at once."""

    async def test_sessions_are_there_whether_or_not_they_have_ended_page_by_page(
        self, backend: Backend, make: Builder
    ) -> None:
        user, other = make.user(), make.user()
        kept = [make.session(user), replace(make.session(user), ended_at=NOW), make.session(user)]
        async with backend.begin() as tx:
            for each in (user, other):
                await tx.users.add(each)
            for session in (*kept, make.session(other)):
                await tx.sessions.add(session)
        first = list(await backend.reads.sessions.of_user(user.id, None, 2))
        assert first == kept[:2]
        assert list(await backend.reads.sessions.of_user(user.id, first[-1].id, 2)) == kept[2:]
        assert list(await backend.reads.sessions.of_user(user.id, kept[-1].id, 2)) == []

    async def test_text_messages_are_those_that_were_sent_for_the_account(
        self, backend: Backend, make: Builder
    ) -> None:
        user, other = make.user(), make.user()
        kept = [make.sms(user) for _ in range(3)]
        async with backend.begin() as tx:
            for each in (user, other):
                await tx.users.add(each)
            for message in (*kept, make.sms(other), make.sms()):
                await tx.sms_messages.add(message)
        first = list(await backend.reads.sms.of_user(user.id, None, 2))
        assert first == kept[:2]
        assert list(await backend.reads.sms.of_user(user.id, first[-1].id, 2)) == kept[2:]

    async def test_identities_are_those_of_the_account(self, backend: Backend, make: Builder) -> None:
        people = [make.user(), make.user()]
        kept = [
            ExternalIdentity(provider=IdentityProvider.TELEGRAM, subject=each.name, user_id=each.id, linked_at=NOW)
            for each in people
        ]
        async with backend.begin() as tx:
            for user, identity in zip(people, kept, strict=True):
                await tx.users.add(user)
                await tx.external_identities.add(identity)
        assert list(await backend.reads.external_identities.of_user(people[0].id)) == kept[:1]
        assert list(await backend.reads.external_identities.of_user(make.user().id)) == []

    async def test_salons_are_those_of_the_manager(self, backend: Backend, make: Builder) -> None:
        manager, other = make.user(Role.MANAGER), make.user(Role.MANAGER)
        salons = [
            Salon(id=SalonId(make.entropy.new_id()), manager_id=each.id, name="Nomad", time_zone="UTC", created_at=NOW)
            for each in (manager, other, manager)
        ]
        async with backend.begin() as tx:
            for each in (manager, other):
                await tx.users.add(each)
            for salon in salons:
                await tx.salons.add(salon)
        assert list(await backend.reads.salons.of_manager(manager.id)) == [salons[0], salons[2]]
        assert list(await backend.reads.salons.of_manager(make.user().id)) == []

    async def test_of_some_bookings_all_events_and_transactions_come_oldest_first(
        self, backend: Backend, make: Builder
    ) -> None:
        cast = await a_cast(backend, make)
        bookings = [make.booking(cast.profile, cast.customer, TOMORROW + i * 2 * HOUR) for i in range(3)]
        events = {each.id: [make.event(each), make.event(each, Status.PENDING)] for each in bookings}
        late = [replace(make.payment(each), created_at=NOW + timedelta(seconds=1)) for each in bookings]
        early = [make.payment(each, Purpose.BALANCE) for each in bookings]
        async with backend.begin() as tx:
            for each in bookings:
                await tx.bookings.add(each, events[each.id])
            for payment in (*late, *early):
                await tx.payments.add(payment)
        stranger = make.booking(cast.profile, cast.customer).id
        asked = [bookings[2].id, bookings[0].id, stranger]
        found = await backend.reads.bookings.events_of_each(asked)
        assert {id_: list(each) for id_, each in found.items()} == {
            **{id_: events[id_] for id_ in asked[:2]},
            stranger: [],
        }
        moved = await backend.reads.payments.of_each_booking(asked)
        assert {id_: list(each) for id_, each in moved.items()} == {
            asked[0]: [early[2], late[2]],
            asked[1]: [early[0], late[0]],
            stranger: [],
        }
        assert not await backend.reads.bookings.events_of_each([])
        assert not await backend.reads.payments.of_each_booking([])
