"""`/users/me/access`: all that reaches or acts for the account, and its end."""

from typing import Final

from litestar import Router, delete, get
from litestar.params import FromPath, JSONBody

from booking_domain.identity.security import Identity
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.accounts.access import AccessKind, AccessList, end_access, end_all_access, list_access
from booking_domain.use_cases.identity.own_account import Requester
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.accounts.schemas import NO_PROOF, PROOF, ProofBody
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as

_GUARDED: Final = limited_as(AUTH)


class AccessJson(Json, frozen=True, kw_only=True):
    """One thing that reaches or acts for the account."""

    kind: AccessKind
    """What it is; `DELETE /users/me/access/{kind}/{id}` ends it."""
    id: str
    """Unique in its kind: an id, or the name of a service."""
    name: str
    """What tells it apart: a browser, an address, a provider; empty if there is one at most."""
    created_at: Timestamp | None = None
    """When it was set up, if that is recorded."""
    last_used_at: Timestamp | None = None
    """When it was last used, if that is recorded."""
    current: bool
    """Whether it is the session of this request."""
    set_up_before: bool
    """Whether it was set up before the account changed hands."""


class AccessListJson(Json, frozen=True, kw_only=True):
    """All that reaches or acts for the account."""

    items: tuple[AccessJson, ...]
    taken_over_at: Timestamp | None = None
    """When the account changed hands: its owner proved a contact that another person had registered."""


def _json(access: AccessList) -> AccessListJson:
    since = access.taken_over_at
    return AccessListJson(
        items=tuple(
            AccessJson(
                kind=each.kind,
                id=each.id,
                name=each.name,
                created_at=each.created_at,
                last_used_at=each.last_used_at,
                current=each.current,
                set_up_before=since is not None and each.created_at is not None and each.created_at < since,
            )
            for each in access.items
        ),
        taken_over_at=since,
    )


@get("/", opt=documented(list_access), operation_id="listMyAccess")
async def list_mine(
    actor: Injected[Actor], session_id: Injected[SessionId], reads: Injected[Reads], clock: Injected[Clock]
) -> AccessListJson:
    """List all that reaches or acts for your account.

    Sessions, remembered devices and devices for notifications; passkeys and linked services; the secret address of the
    calendar, webhook endpoints, external calendars, booking links; consents, the consent code, and the salon whose
    manager places bookings for you.
    """
    return _json(await list_access(Requester(actor, session_id), reads, now=clock.now()))


@delete("/{kind:str}/{access_id:str}", opt=_GUARDED | documented(end_access, body=PROOF), operation_id="endMyAccess")
async def end_one(
    kind: FromPath[str],
    access_id: FromPath[str],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    executor: Injected[Executor[Repositories]],
    reads: Injected[Reads],
    data: JSONBody[ProofBody] = NO_PROOF,
) -> None:
    """End one of them, as its own route does; it can be the current session.

    An `identity` and a `passkey` need the account's password, as at their own routes.
    """
    requester = Requester(actor, session_id)
    await end_access(
        kind, access_id, requester, data.current_password, identity=identity, executor=executor, reads=reads
    )


@delete(
    "/",
    status_code=200,
    opt=_GUARDED | documented(end_all_access, body=PROOF),
    operation_id="endAllMyAccess",
)
async def end_all(
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    executor: Injected[Executor[Repositories]],
    reads: Injected[Reads],
    data: JSONBody[ProofBody] = NO_PROOF,
) -> AccessListJson:
    """End all of them but the current session, and return what remains.

    The account's password is required if a service is linked or there is a passkey; the last way to sign in stays.
    A repetition ends what an interrupted request has left.
    """
    requester = Requester(actor, session_id)
    left = await end_all_access(requester, data.current_password, identity=identity, executor=executor, reads=reads)
    return _json(left)


routes: Final = Router("/users/me/access", route_handlers=[list_mine, end_one, end_all])
