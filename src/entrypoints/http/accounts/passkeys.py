"""`/auth/passkeys` and `/auth/passkey`: a user's passkeys, and signing in with one."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from booking_domain.identity.known_clients import ClientTrace
from booking_domain.identity.passkeys import MAX_PASSKEY_NAME, MAX_RESPONSE, Passkey, PasskeyId
from booking_domain.identity.security import Identity
from booking_domain.identity.sessions import Client
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity.own_account import Requester, remove_a_passkey, start_adding_a_passkey
from booking_domain.use_cases.identity.passkeys import (
    AddPasskey,
    RenamePasskey,
    add_passkey,
    list_own_passkeys,
    rename_passkey,
    start_passkey_sign_in,
)
from booking_domain.use_cases.identity.sign_in import sign_in_with_passkey
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.accounts.schemas import (
    ADD_PASSKEY,
    GUARDED,
    NO_PROOF,
    PASSKEY_RESPONSE,
    PROOF,
    ProofBody,
    SignedInJson,
    signed_in,
)
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.exporting import ExportSource, value
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.idempotency import CONFIDENTIAL, REPEATED
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import ONE_FACTOR
from entrypoints.http.kit.running import Run
from entrypoints.http.kit.session_modes import SessionMode

_LIMITED: Final = limited_as(AUTH)
PasskeyName = Annotated[str, Meta(min_length=1, max_length=MAX_PASSKEY_NAME, examples=["phone"])]
PasskeyResponse = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=MAX_RESPONSE,
        description="`JSON.stringify(credential)` of the result of `navigator.credentials.create` or `.get`.",
    ),
]


class PasskeyOptionsJson(Json, frozen=True, kw_only=True):
    """Options for the browser. They can be used once, within five minutes."""

    options: dict[str, Any]
    """For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`."""


class AddPasskeyBody(Body, frozen=True, kw_only=True):
    """A new passkey."""

    response: PasskeyResponse
    name: PasskeyName
    second_factor: bool = False
    """Whether every other way to sign in needs a second factor from now on. A passkey can be that factor."""


class RenamePasskeyBody(Body, frozen=True, kw_only=True):
    """The new name of a passkey."""

    name: PasskeyName


class PasskeySignInBody(Body, frozen=True, kw_only=True):
    """The response of a passkey."""

    response: PasskeyResponse


class PasskeyJson(Json, frozen=True, kw_only=True):
    """A passkey."""

    id: UUID
    name: str
    second_factor: bool
    """Whether it can be the second factor."""
    created_at: Timestamp
    last_used_at: Timestamp | None = None


class PasskeysJson(Json, frozen=True, kw_only=True):
    """The passkeys of an account."""

    items: tuple[PasskeyJson, ...]


_json: Final = projection(Passkey, PasskeyJson)


async def _exported(source: ExportSource) -> list[PasskeyJson]:
    return [_json(each) for each in await source.reads.passkeys.of_user(source.user.id)]


EXPORT: Final = value("passkeys", tuple[PasskeyJson, ...], _exported, about="The passkeys of the account.")


@post(
    "/passkeys/options",
    status_code=200,
    opt=_LIMITED | ONE_FACTOR | documented(start_adding_a_passkey, body=PROOF, no_idempotency_key=CONFIDENTIAL),
    operation_id="startAddingPasskey",
)
async def start_adding(
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    data: JSONBody[ProofBody] = NO_PROOF,
) -> PasskeyOptionsJson:
    """Begin to add a passkey: the answer contains the options for `navigator.credentials.create`.

    The account's password is required; an account without one must have signed in within five minutes.
    """
    requester = Requester(actor, session_id)
    return PasskeyOptionsJson(options=await start_adding_a_passkey(identity, requester, data.current_password))


@post(
    "/passkeys",
    opt=_LIMITED | ONE_FACTOR | documented(add_passkey, body=ADD_PASSKEY, no_idempotency_key=REPEATED),
    operation_id="addPasskey",
)
async def add(data: JSONBody[AddPasskeyBody], session_id: Injected[SessionId], run: Injected[Run]) -> PasskeyJson:
    """Add the passkey that the device created; an account has at most 20. All other sessions end, and you are notified.

    A passkey signs in without a password and counts as two factors. With `secondFactor`, which is required of admins,
    every sign-in with a password, a code or another service then needs a second factor: a code, or a passkey.
    """
    command = AddPasskey(response=data.response, name=data.name, second_factor=data.second_factor, current=session_id)
    return _json(await run(add_passkey, command))


@get("/passkeys", opt=documented(list_own_passkeys), operation_id="listMyPasskeys")
async def list_passkeys(actor: Injected[Actor], reads: Injected[Reads]) -> PasskeysJson:
    """List your passkeys, oldest first; at most 20."""
    return PasskeysJson(items=tuple(map(_json, await list_own_passkeys(actor, reads.passkeys))))


@patch(
    "/passkeys/{passkey_id:str}",
    opt=documented(rename_passkey, body={"name": "phone"}),
    operation_id="renamePasskey",
)
async def rename(
    passkey_id: FromPath[PasskeyId],
    data: JSONBody[RenamePasskeyBody],
    session_id: Injected[SessionId],
    run: Injected[Run],
) -> PasskeyJson:
    """Rename a passkey."""
    command = RenamePasskey(passkey_id=passkey_id, name=data.name, current=session_id)
    return _json(await run(rename_passkey, command))


@delete(
    "/passkeys/{passkey_id:str}",
    opt=_LIMITED | documented(remove_a_passkey, body=PROOF),
    operation_id="removePasskey",
)
async def remove(
    passkey_id: FromPath[PasskeyId],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    data: JSONBody[ProofBody] = NO_PROOF,
) -> None:
    """Remove a passkey. All other sessions end, and you are notified.

    The account's password is required, as for adding one. You cannot remove the last way to sign in (409
    `auth.last_way_in`), nor the last second factor of a role that needs one (403 `auth.second_factor_required`).
    """
    await remove_a_passkey(identity, Requester(actor, session_id), passkey_id, data.current_password)


@post(
    "/passkey/options",
    status_code=200,
    opt=GUARDED | documented(start_passkey_sign_in, no_idempotency_key=CONFIDENTIAL),
    operation_id="startPasskeySignIn",
)
async def start_signing_in(run: Injected[Run]) -> PasskeyOptionsJson:
    """Begin to sign in with a passkey: the answer contains the options for `navigator.credentials.get`.

    Name no account: the device knows its passkeys. Send the device's response to `/auth/passkey`, or as the
    `secondFactor` of another sign-in.
    """
    return PasskeyOptionsJson(options=await run(start_passkey_sign_in, None, actor=SYSTEM))


@post(
    "/passkey",
    status_code=200,
    opt=GUARDED | documented(sign_in_with_passkey, body=PASSKEY_RESPONSE, no_idempotency_key=CONFIDENTIAL),
    operation_id="signInByPasskey",
)
async def sign_in(
    data: JSONBody[PasskeySignInBody],
    client: Injected[Client],
    client_trace: Injected[ClientTrace],
    *,
    identity: Injected[Identity],
    session_mode: Injected[SessionMode],
) -> Response[SignedInJson]:
    """Sign in with a passkey, without a password and without another second factor.

    The device must have verified its user. A response that is invalid, was used before, or arrives after five minutes
    is rejected with 401 `auth.invalid_passkey`.
    """
    tokens = await sign_in_with_passkey(identity, data.response, client=client, client_trace=client_trace)
    return signed_in(tokens, session_mode)


handlers: Final = (start_adding, add, list_passkeys, rename, remove, start_signing_in, sign_in)
