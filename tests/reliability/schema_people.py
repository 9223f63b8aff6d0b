"""The users of the schema test: each role with its own data, created through the API."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.acceptance.people import PASSWORD, Person, Studio, done, log_in, open_studio, people
from tests.acceptance.product import Server
from tests.reliability import scale

from booking_domain.shared.actor import Role

ANONYMOUS: Final = "anonymous"
ROLES: Final = (ANONYMOUS, *(role.value for role in (Role.CUSTOMER, Role.PROVIDER, Role.MANAGER, Role.ADMIN)))

_SPARE: Final = scale.of(50, less=15)


@dataclass
class Things:
    """A studio with one of everything that has an id, and the users who may see it."""

    studio: Studio
    customer: Person
    manager: Person
    admin: Person
    values: Mapping[str, Any]
    """Example values by parameter and member name."""

    def whose(self, role: str) -> list[Person]:
        """The user with this role and spare ones, because a test may lock or delete an account."""
        owners = {"customer": self.customer, "provider": self.studio.owner, "manager": self.manager}
        return [owners.get(role, self.admin), *people(self.customer.server, Role(role), _SPARE)]


def things(server: Server) -> Things:
    """Create one of everything that has an id."""
    studio = open_studio(server)
    owner = studio.owner
    customer, manager, admin = (people(server, role, 1)[0] for role in (Role.CUSTOMER, Role.MANAGER, Role.ADMIN))
    bystander = log_in(server, people(server, Role.CUSTOMER, 1)[0].email)  # to whom admins may do anything
    first, second, third, fourth, *_ = studio.slots()
    booking = customer.book(studio.id, first)
    payment = customer.start_to_pay(booking["id"])
    hold = customer.post("/holds", {"providerId": studio.id, "slot": second})
    window = {"from": third, "to": fourth}
    waiting = customer.post("/waitlist", {"providerId": studio.id, **window})
    salon = manager.post("/salons", {"name": "Nomad House", "timeZone": "Asia/Ulaanbaatar"})
    rule = owner.get(f"/availability/{studio.id}")["rules"][0]
    exception = owner.post("/availability/exceptions", {"date": "2031-01-01", "closed": True})
    block = owner.post("/availability/blocks", {"start": "2031-01-02T00:00:00Z", "end": "2031-01-03T00:00:00Z"})
    link = customer.post("/users/me/calendar-link")["url"]
    values = {
        "id": studio.id,
        "providerId": studio.id,
        "bookingId": booking["id"],
        "paymentId": payment["id"],
        "transactionId": payment["id"],
        "invoiceId": payment["qpayInvoiceId"],
        "holdId": hold["id"],
        "waitingId": waiting["id"],
        "salonId": salon["id"],
        "ruleId": rule["id"],
        "exceptionId": exception["id"],
        "blockId": block["id"],
        "token": link.partition("token=")[2],
        "slot": third,
        "customerId": customer.id,
        "userId": bystander.id,
        "endedId": bystander.get("/auth/sessions")["items"][0]["id"],
        **window,
    }
    return Things(studio, customer, manager, admin, values)


def token_of(persons: Sequence[Person]) -> Callable[[], str]:
    """A function that returns the token of a live session; it signs in again, as the next user if need be."""
    left = iter(persons)
    current = next(left)
    token = _signed_in(current)

    def live() -> str:
        nonlocal current, token
        if token is None or not _live(current, token):
            token = _signed_in(current)
        while token is None:
            current = next(left)
            token = _signed_in(current)
        return token

    return live


def _live(person: Person, token: str) -> bool:
    answer = person.server.http.get("/auth/sessions", headers={"Authorization": f"Bearer {token}"})
    return answer.is_success


def _signed_in(person: Person) -> str | None:
    answer = person.server.http.post("/auth/login", json={"email": person.email, "password": PASSWORD})
    return str(done(answer)["accessToken"]) if answer.is_success else None
