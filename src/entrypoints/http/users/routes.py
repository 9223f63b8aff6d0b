"""`/users/me`: one's own account, its preferences, its number, its end."""

from typing import Final

from litestar import Response, Router, delete, get, patch, post, put
from litestar.params import JSONBody

from booking_domain.identity.errors import (
    AccountHasBookings,
    AccountOwesMoney,
    AdminsOwnAccount,
    InvalidCode,
    PhoneTaken,
    TooManyCodes,
)
from booking_domain.identity.use_cases.accounts import EditAccount, edit_account
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue, StaleVersion
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.workflows.ports import Reads, Repositories
from entrypoints.http.accounts.code_schemas import CodeSentJson
from entrypoints.http.accounts.examples import CODE_SENT
from entrypoints.http.accounts.own import own_account
from entrypoints.http.accounts.proofs import NO_PASSWORD, PROOF, REFUSALS
from entrypoints.http.accounts.schemas import ProofBody
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.users.desk import AccountDesk
from entrypoints.http.users.examples import ACCOUNT, CHANGES, CONFIRM_PHONE, PREFERENCES, WANT_PHONE
from entrypoints.http.users.export import export_account
from entrypoints.http.users.schemas import (
    AccountJson,
    ConfirmPhoneBody,
    EditAccountBody,
    PreferencesBody,
    PreferencesJson,
    WantPhoneBody,
    account_json,
    preferences_json,
)

_GUARDED: Final = limited_as(AUTH)
_OF_EDIT: Final = documented(body=CHANGES, answer=ACCOUNT, refusals=(InvalidValue, StaleVersion))
_OF_PREFERENCES: Final = documented(body=PREFERENCES, answer=PREFERENCES, refusals=(StaleVersion,))
_OF_PHONE: Final = documented(body=WANT_PHONE, answer=CODE_SENT, refusals=(*REFUSALS, InvalidValue, TooManyCodes))
_OF_CONFIRMATION: Final = documented(
    body=CONFIRM_PHONE, answer=ACCOUNT, refusals=(InvalidCode, PhoneTaken, InvalidValue)
)
_OF_DELETION: Final = documented(
    body=PROOF, refusals=(*REFUSALS, AccountHasBookings, AccountOwesMoney, AdminsOwnAccount)
)


@get("/", opt=documented(answer=ACCOUNT))
async def my_account(
    actor: Injected[Actor], reads: Injected[Reads], if_none_match: IfNoneMatch = None
) -> Response[AccountJson]:
    """One's own account, with what only oneself sees."""
    user = await own_account(actor, reads.users)
    return unless_known(account_json(user), etag(user.version), if_none_match)


@patch("/", opt=_OF_EDIT)
async def edit_my_account(
    data: JSONBody[EditAccountBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
    if_match: IfMatch = None,
) -> Response[AccountJson]:
    """Edit one's own account; members that are left out stay as they are.

    The session of the access token must be live. The e-mail address stays; the number has routes of its own.
    """
    command = EditAccount(changes=data.changes(), expected_version=expected_version(if_match), current=session_id)
    user = await executor.run(edit_account, command, actor=actor)
    return Response(account_json(user), headers=etag(user.version))


@get("/preferences", opt=documented(answer=PREFERENCES))
async def my_preferences(
    actor: Injected[Actor], reads: Injected[Reads], if_none_match: IfNoneMatch = None
) -> Response[PreferencesJson]:
    """What one wants to be told, and how; the `ETag` is the account's."""
    user = await own_account(actor, reads.users)
    return unless_known(preferences_json(user), etag(user.version), if_none_match)


@put("/preferences", opt=_OF_PREFERENCES)
async def set_my_preferences(
    data: JSONBody[PreferencesBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
    if_match: IfMatch = None,
) -> Response[PreferencesJson]:
    """Set what one wants to be told, and how.

    News of bookings come by e-mail, else by SMS, and over no channel that is off: with both off there are none.
    One-time codes, and notices that the account itself was changed, come in any case.
    """
    command = EditAccount(
        changes={"preferences": data.preferences()}, expected_version=expected_version(if_match), current=session_id
    )
    user = await executor.run(edit_account, command, actor=actor)
    return Response(preferences_json(user), headers=etag(user.version))


@post("/phone", status_code=202, opt=_GUARDED | _OF_PHONE)
async def want_phone(
    data: JSONBody[WantPhoneBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    account_desk: Injected[AccountDesk],
) -> CodeSentJson:
    """Send a code to the number that is to be one's own, in place of the code before.

    The account's password is needed; wrong ones are counted as they are at `/auth/login`. An account without a password
    has signed in within the last five minutes. The answer is the same whether or not somebody else has the number.
    A code is good for five minutes and five guesses; another one can be asked for after a minute, and ten within a day.
    """
    return await account_desk.want_phone(actor, session_id, data)


@post("/phone/confirm", status_code=200, opt=_GUARDED | _OF_CONFIRMATION)
async def confirm_phone(
    data: JSONBody[ConfirmPhoneBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    account_desk: Injected[AccountDesk],
) -> Response[AccountJson]:
    """Let the number be one's own, verified, with the code that was sent there.

    All other sessions end. The e-mail address and the former number are told. If another account has the number it is
    409, said only to who has the code.
    """
    user = await account_desk.confirm_phone(actor, session_id, data)
    return Response(account_json(user), headers=etag(user.version))


@delete("/", opt=_GUARDED | _OF_DELETION)
async def delete_my_account(
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    account_desk: Injected[AccountDesk],
    data: JSONBody[ProofBody] = NO_PASSWORD,
) -> None:
    """Delete one's own account, which is erased 30 days later.

    The account's password is needed, as for a change of the number. All sessions end at once, and a provider's profile
    leaves the catalogue. Until it is erased an admin can bring the account back; signing in says so, with 403. It is
    refused while there are bookings to come or in dispute, or a refund has yet to be made. Admins are deleted by
    another admin.
    """
    await account_desk.delete(actor, session_id, data)


routes: Final = Router(
    "/users/me",
    route_handlers=[
        my_account,
        edit_my_account,
        my_preferences,
        set_my_preferences,
        want_phone,
        confirm_phone,
        delete_my_account,
        export_account,
    ],
)
