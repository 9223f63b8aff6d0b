"""What a feature declares for the tests that walk all routes, permissions, events, tables and mappers.

A test that walks everything finds a feature by itself. What it cannot know (who may call a route, how an object of it
is made, which data are personal) is declared in one module per feature, and collected in `collected.py`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from hypothesis.strategies import SearchStrategy
from tests.unit.entrypoints.api import Api

from booking_domain.identity.sessions import Client
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import PERMISSIONS, Permission, Relation, may
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories

PUBLIC: Final = "public"
SIGNED_IN: Final = "signed in"
IDENTITIES: Final = ("anonymous", "customer", "provider", "manager", "admin")
TARGETS: Final = ("own", "other's", "gone", "random")
PROVIDERS: Final = ("provider", "other provider", "studio", "clinic")
"""The people of a `World` who can be booked."""
CANARY: Final = "canary"
"""A text that no table contains after an erasure."""
CANARY_DIGEST: Final = CANARY.encode().ljust(32)
CLIENT: Final = Client("2001:db8::ca:1a", f"{CANARY} of a browser")
_ASKS_FOR_A_DEPOSIT: Final = {"depositAmount": 2_000_000, "priceAmount": 8_000_000}
_NOBODY: Final = UserId(uuid4())

Ids = dict[str, str]
"""The ids that an address contains, by the name of the path parameter."""
Request = tuple[str, str, dict[str, Any]]
"""An access token, a path and a body."""


@dataclass
class World:
    """Two users of each role and their objects, each created at its first use."""

    api: Api
    tokens: dict[str, str] = field(default_factory=dict)
    provider_ids: dict[str, str] = field(default_factory=dict)
    hours: int = 0
    minutes: int = 0
    example: "tuple[Kind, Ids] | None" = None
    """An object of a stranger, for the names of its ids."""

    async def token(self, who: str) -> str | None:
        if who == "anonymous":
            return None
        if who not in self.tokens:
            if who in PROVIDERS:
                self.tokens[who], self.provider_ids[who] = await self.api.open_provider(**_ASKS_FOR_A_DEPOSIT)
            elif who == "admin":
                self.tokens[who] = await self.api.an_admin()
            else:
                self.tokens[who] = await self.api.joined(who.rsplit(maxsplit=1)[-1], verified=True)
        return self.tokens[who]

    async def provider_id(self, who: str) -> str:
        await self.token(who)
        return self.provider_ids[who]

    def slot(self) -> str:
        """A time at which nobody has a booking yet, and that no documented example names."""
        self.hours += 1
        return f"2026-11-{23 + self.hours // 8:02}T{10 + self.hours % 8}:30:00+08:00"

    async def done(self, method: str, path: str, who: str, **body: Any) -> dict[str, Any]:
        """The JSON of a request that succeeds."""
        answer = await self.api.call(method, path, await self.token(who), **({"json": body} if body else {}))
        assert answer.is_success, (method, path, who, answer.text)
        return dict(answer.json()) if answer.content else {}


def asked(
    caller: str, path: str, make: Callable[[World, str], Awaitable[Ids]], owner: str = "", **body: Any
) -> Callable[[Api], Awaitable[Request]]:
    """A request of the caller about a new object, which belongs to the owner, or else to the caller."""

    async def request(api: Api) -> Request:
        world = World(api)
        ids = await make(world, owner or caller)
        token = await world.token(caller)
        assert token is not None
        return token, path.format(**ids), {name: _filled(each, ids) for name, each in body.items()}

    return request


def _filled(value: object, ids: Ids) -> object:
    return value.format(**ids) if isinstance(value, str) else value


@dataclass(frozen=True)
class Kind:
    """A kind of object that addresses name."""

    make: Callable[[World, str], Awaitable[Ids]]
    """Make one that belongs to this person."""
    owners: tuple[str, ...] = ("customer", "provider", "manager", "admin")
    """The roles to whom one can belong."""
    removed_by: str | None = None
    """The path at which DELETE removes one."""
    relations: tuple[Relation, ...] = (Relation.OWN,)
    """What one's own is to the caller, for the permission table."""
    relations_of: Mapping[Role, tuple[Relation, ...]] = field(default_factory=dict)
    """The same, for roles to whom it is something else."""
    seen_with: Permission | None = None
    """Who has this permission is told 403, not 404, about another's."""


@dataclass(frozen=True)
class Edit:
    """How an object is edited, by whom, and where it is seen."""

    token: str
    path: str
    body: dict[str, Any]
    seen_at: str | None
    viewer: str | None
    tag: str = '"1"'
    """The current `ETag`."""
    again: bool = True
    """Whether the same edit may be made a second time."""
    cached: bool = True
    """Whether the view answers 304; not if it also depends on the time, or on other objects."""


@dataclass(frozen=True)
class Row:
    """What the tests that walk all routes cannot derive from a route."""

    access: Permission | str
    names: Kind | None = None
    """What its address, or its body, names."""
    foreign: int = 404
    """The status for another's object: 404 where its existence is private, 403 where everybody may know of it."""
    query: str = ""
    steps: bool = False
    """Whether the lifecycle may refuse a party a step."""
    by_secret: bool = False
    """Whether a secret in the request authorises it."""
    example_refused: bool = False
    """Whether the documented example is refused when an admin sends it."""
    changes_sign_in: bool = False
    """Whether it ends a session of a `World`, mostly that of the admin who sends it, or gives another second factor."""
    once: Callable[[Api], Awaitable[Request]] | None = None
    """A POST that takes an `Idempotency-Key`: a request that succeeds once. `edit` says it too."""
    edit: Callable[[Api], Awaitable[Edit]] | None = None
    """A route that takes `If-Match`: an edit that succeeds."""
    unversioned: str = ""
    """A PUT or PATCH that takes no `If-Match`: the reason."""
    endless: str = ""
    """A query whose answer ends only with the client: HEAD asks for it."""
    tagged: bool = False
    """Whether a GET takes `If-None-Match`."""


@dataclass(frozen=True, kw_only=True)
class Feature:
    """What one feature declares."""

    routes: Mapping[str, Row] = field(default_factory=dict)
    permissions: str = ""
    """The expected permissions, written by hand: an action, and `role:relation` for each role that has it, with `|`
    between several relations."""
    events: Mapping[str, set[str]] = field(default_factory=dict)
    """The stored topics and the keys of their payloads: they never change."""
    samples: Mapping[tuple[type, str], SearchStrategy[Any]] = field(default_factory=dict)
    """Valid values of fields whose type does not say which are valid."""
    personal_data: Callable[[Repositories, Builder, Cast], Awaitable[None]] | None = None
    """Store `CANARY` in every personal field of the feature's tables, for customer and owner."""
    seeded: Mapping[str, int] = field(default_factory=dict)
    """How many rows the demo data have in tables of the feature."""


async def ids(world: World, row: Row, identity: str, target: str) -> Ids | None:
    """The ids in the address; None if there is no such target."""
    kind = row.names
    if kind is None:
        return {} if target == "own" else None
    if target == "own":
        return await kind.make(world, identity) if identity in kind.owners else None
    if target == "random" and world.example and world.example[0] is kind:
        return dict.fromkeys(world.example[1], str(uuid4()))
    stranger = "other provider" if kind.owners[0] == "provider" else f"{target} {kind.owners[0]}"
    made = await kind.make(world, stranger)
    world.example = kind, made
    if target == "gone":
        if kind.removed_by is None:
            return None
        await world.done("DELETE", kind.removed_by.format(**made), stranger)
    return made if target != "random" else dict.fromkeys(made, str(uuid4()))


def expected(row: Row, identity: str, target: str) -> set[int]:
    """The status that the permission table demands; empty: success, or an error for another reason than ownership."""
    if row.access != PUBLIC and identity == "anonymous":
        return {401}
    if isinstance(row.access, Permission):
        actor = Actor(_NOBODY, Role(identity))
        if not PERMISSIONS[row.access].get(actor.role):
            return {403}
        if target == "other's" and not may(actor, row.access):
            seen = row.names is not None and row.names.seen_with is not None and may(actor, row.names.seen_with)
            return {403} if seen else {row.foreign}
        if target == "own" and row.names is not None:
            relations = row.names.relations_of.get(actor.role, row.names.relations)
            if not any(may(actor, row.access, relation) for relation in relations):
                return {403}
    if target in {"gone", "random"}:
        return {404, row.foreign} if target == "gone" else {404}
    return set()
