"""The contract of `KnownClients` and `KnownClientReads`."""

from datetime import timedelta

from booking_domain.identity.known_clients import KNOWN_FOR, ClientTrace, KnownClient
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract

HOUR = timedelta(hours=1)
HOME = "2001:db8::/64"


class KnownClientsContract(StorageContract):
    """Clients that have signed in."""

    async def test_a_client_is_known_until_it_is_removed_or_expires(self) -> None:
        def known(user_id: UserId, hours: int) -> KnownClient:
            session_id = SessionId(self.make.entropy.new_id())
            return KnownClient.make(user_id, session_id, ClientTrace(HOME), self.make.entropy, NOW + hours * HOUR)[0]

        user, other = self.make.user(), self.make.user()
        first, second, third, fourth = (known(user.id, hours) for hours in range(4))
        anothers = known(other.id, 0)
        later = first.signed_in(SessionId(self.make.entropy.new_id()), ClientTrace(), NOW + 5 * HOUR)
        async with self.begin() as tx:
            for each in (user, other):
                await tx.users.add(each)
            for client in (second, first, third, fourth, anothers):
                await tx.known_clients.save(client)
        async with self.begin() as tx:
            await tx.known_clients.save(later)
            await tx.known_clients.remove(third)
            assert list(await tx.known_clients.of_user(user.id, NOW)) == [later, fourth, second]
            assert list(await tx.known_clients.of_user(user.id, second.expires_at)) == [later, fourth]
            await tx.known_clients.remove_expired(second.expires_at)
            assert list(await tx.known_clients.of_user(user.id, NOW)) == [later, fourth]
            assert list(await tx.known_clients.of_user(other.id, NOW)) == []  # it expired before
            for client in (second, third, anothers):
                await tx.known_clients.save(client)
            await tx.known_clients.remove_all(user.id, but=third.session_id)
            assert list(await tx.known_clients.of_user(user.id, NOW)) == [third]
            await tx.known_clients.remove_all(user.id)
            assert list(await tx.known_clients.of_user(user.id, NOW)) == []
            assert list(await tx.known_clients.of_user(other.id, NOW)) == [anothers]

    async def test_a_client_is_matched_by_its_token_or_its_network(self) -> None:
        user, other = self.make.user(), self.make.user()
        session_id = SessionId(self.make.entropy.new_id())
        client, token = KnownClient.make(user.id, session_id, ClientTrace(HOME), self.make.entropy, NOW)
        nowhere, another_token = KnownClient.make(user.id, session_id, ClientTrace(), self.make.entropy, NOW)
        async with self.begin() as tx:
            for each in (user, other):
                await tx.users.add(each)
            for each_client in (client, nowhere):
                await tx.known_clients.save(each_client)
        reads = self.reads.known_clients
        for shown, found in (
            (ClientTrace("192.0.2.1", token), [client]),
            (ClientTrace(HOME, "wrong"), [client]),
            (ClientTrace(HOME), [client]),
            (ClientTrace(HOME, another_token), [client, nowhere]),
            (ClientTrace("", another_token), [nowhere]),
            (ClientTrace("192.0.2.1", "wrong"), []),
            (ClientTrace("192.0.2.1"), []),
            (ClientTrace(), []),
        ):
            matching = await reads.matching(user.id, shown, NOW)
            assert sorted(matching, key=lambda each: each.network_digest, reverse=True) == found
            assert list(await reads.matching(other.id, shown, NOW)) == []
            assert list(await reads.matching(self.make.entropy.new_id(), shown, NOW)) == []
            assert list(await reads.matching(user.id, shown, NOW + KNOWN_FOR)) == []
