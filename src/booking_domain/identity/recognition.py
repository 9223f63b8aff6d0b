"""Recognise the client of a request that names a contact: see `known_clients`."""

from dataclasses import dataclass
from uuid import UUID

from booking_domain.identity.known_clients import ClientTrace, CountedClient, counted_client
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import Contact
from booking_domain.identity.security import Identity


@dataclass(frozen=True, slots=True)
class Recognised:
    """The account that a request names by its contact, and what is known of the client that asks."""

    user: User | None
    account: UUID
    """The id of the account; without one, an id that is derived from the contact and is no account's."""
    client: CountedClient
    counted_as: str
    """What the quotas of failures count: a known client, else the network."""
    reserve: bool
    """Whether codes to the contact are reserved for the client: it is known, and the account has verified it."""


async def recognise(identity: Identity, contact: Contact, client_trace: ClientTrace) -> Recognised:
    """Look up the account and the client. It takes the same statements whether or not there are any."""
    user = await identity.reads.users.by_login(contact.address)
    account = UUID(bytes=identity.security.secret_codes.contact(contact)[:16]) if user is None else user.id
    matching = await identity.reads.known_clients.matching(account, client_trace, identity.clock.now())
    client = counted_client(account, client_trace, matching)
    counted_as = f"client {client.key.hex()}" if client.by_token else client_trace.network
    verified = user is not None and user.verified_at(contact.channel) is not None
    return Recognised(user, account, client, counted_as, client.known and verified)
