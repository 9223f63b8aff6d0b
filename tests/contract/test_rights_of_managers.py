"""Members who joined before are told once of what managers can do since: by a migration, on PostgreSQL."""

from tests.contract.backends import PostgresBackend
from tests.databases import CIPHER, TestServer

from adapters.postgres.kit import migrations
from booking_domain.catalogue.events import ManagerRightsExtended
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import a_cast, a_salon
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.use_cases.messages.notify import notify
from entrypoints.languages.notices import GettextTranslator

BEFORE = "0103"


async def test_each_member_is_told_once_and_nobody_who_is_only_invited(postgres: TestServer) -> None:
    with postgres.database() as url:
        backend, make = PostgresBackend(url, cipher=CIPHER), Builder()
        await backend.open()
        member, invited = await a_cast(backend, make), await a_cast(backend, make)
        salon = await a_salon(backend, make, member)
        async with backend.begin() as tx:
            await tx.salons.invite(salon.id, invited.profile.id, NOW)
        migrations.downgrade(url, BEFORE)
        migrations.upgrade(url)
        found = await backend.outbox_events()
        told = [each for each in found if isinstance(each, ManagerRightsExtended)]
        assert [(each.provider_id, each.salon_id) for each in told] == [(member.profile.id, salon.id)]
        notifier = MemoryNotifier()
        for _ in range(2):
            await notify(told[0], reads=backend.reads, notifier=notifier, translator=GettextTranslator("en"))
        [message] = notifier.delivered
        assert message.user_id == member.owner.id
        assert "sees what customers pay, owe and get back for your bookings" in message.text
        async with backend.begin() as tx:
            await tx.salons.lock(salon.id)
            await tx.salons.remove_member(salon.id, member.profile.id)
        former = MemoryNotifier()
        await notify(told[0], reads=backend.reads, notifier=former, translator=GettextTranslator("en"))
        assert former.delivered == ()
        await backend.close()
