"""`/users/me`: the account of the access token, its preferences and phone number, its deletion."""

from typing import Final

from litestar import Response, Router, delete, get, patch, post, put
from litestar.params import JSONBody

from booking_domain.files.ports import ObjectLinks
from booking_domain.identity.contacts import ContactInput
from booking_domain.identity.known_clients import ClientTrace
from booking_domain.identity.security import Identity
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.accounts.delete_account import delete_own_account
from booking_domain.use_cases.files.pictures import edit_account
from booking_domain.use_cases.identity.accounts import EditAccount
from booking_domain.use_cases.identity.own_account import (
    Requester,
    check_password,
    confirm_contact_change,
    start_contact_change,
)
from booking_domain.use_cases.identity.queries import get_own_account
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.accounts.codes import code_sent_json
from entrypoints.http.accounts.schemas import NO_PROOF, PROOF, CodeSentJson, ProofBody
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, IfNoneMatch, etag, expected_version, unless_known
from entrypoints.http.kit.idempotency import CONFIDENTIAL
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.running import Run
from entrypoints.http.users.schemas import (
    CHANGES,
    CONFIRM_EMAIL,
    CONFIRM_PHONE,
    PREFERENCES,
    WANT_EMAIL,
    WANT_PHONE,
    AccountJson,
    ConfirmEmailBody,
    ConfirmPhoneBody,
    EditAccountBody,
    PreferencesBody,
    PreferencesJson,
    RequestEmailChangeBody,
    RequestPhoneChangeBody,
    account_json,
    edit_members,
    preferences_json,
    preferences_of,
)

_GUARDED: Final = limited_as(AUTH)
_OF_PHONE: Final = documented(start_contact_change, body=WANT_PHONE, no_idempotency_key=CONFIDENTIAL)
_OF_CONFIRMATION: Final = documented(confirm_contact_change, body=CONFIRM_PHONE, no_idempotency_key=CONFIDENTIAL)
_OF_DELETION: Final = documented(delete_own_account, body=PROOF)


@get("/", opt=documented(get_own_account), operation_id="getMyAccount")
async def my_account(
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
    if_none_match: IfNoneMatch = None,
) -> Response[AccountJson]:
    """Return your account, including the fields that only you can see."""
    user = await get_own_account(actor, reads.users)
    return unless_known(account_json(user, object_storage), etag(user.version), if_none_match)


@patch("/", opt=documented(edit_account, body=CHANGES))
async def edit_my_account(
    data: JSONBody[EditAccountBody],
    *,
    session_id: Injected[SessionId],
    run: Injected[Run],
    object_storage: Injected[ObjectLinks],
    if_match: IfMatch = None,
) -> Response[AccountJson]:
    """Edit your account; omitted members do not change.

    The session of the access token must be live. Change the e-mail address at `/users/me/email`, the phone number at
    `/users/me/phone`. `pictureFileId` names a completed upload of the folder `avatars`; the former picture is deleted.
    """
    return await run(
        edit_account,
        EditAccount(current=session_id, expected_version=expected_version(if_match), **edit_members(data)),
        answer=lambda user: account_json(user, object_storage),
    )


@get("/preferences", opt=documented(get_own_account), operation_id="getMyPreferences")
async def my_preferences(
    actor: Injected[Actor], reads: Injected[Reads], if_none_match: IfNoneMatch = None
) -> Response[PreferencesJson]:
    """Return your notification preferences; the `ETag` is that of the account."""
    user = await get_own_account(actor, reads.users)
    return unless_known(preferences_json(user), etag(user.version), if_none_match)


@put("/preferences", opt=documented(edit_account, body=PREFERENCES))
async def set_my_preferences(
    data: JSONBody[PreferencesBody], session_id: Injected[SessionId], run: Injected[Run], if_match: IfMatch = None
) -> Response[PreferencesJson]:
    """Replace your notification preferences.

    Booking notifications go to the linked Telegram chat, or else by e-mail, or else by SMS. They are also pushed to
    devices. A channel that is off is never used. One-time codes, and notices of changes to the account itself, are
    always sent.
    """
    command = EditAccount(
        preferences=preferences_of(data), current=session_id, expected_version=expected_version(if_match)
    )
    user = await run(edit_account, command)
    return Response(preferences_json(user), headers=etag(user.version))


@post("/phone", status_code=202, opt=_GUARDED | _OF_PHONE, operation_id="requestPhoneChange")
async def request_phone_change(
    data: JSONBody[RequestPhoneChangeBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
) -> CodeSentJson:
    """Send a code to your new phone number; it replaces the previous code.

    The account's password is required; wrong ones count towards the limits of `/auth/login`. An account without a
    password must have signed in within five minutes. The answer is the same whether or not another account has the
    number. A code is valid for `expiresIn` seconds and five guesses; it can be requested once a minute, and ten times
    in 24 hours.
    """
    requester = Requester(actor, session_id)
    await start_contact_change(identity, requester, ContactInput(phone=data.phone), data.current_password)
    return code_sent_json(identity)


@post("/phone/confirm", status_code=200, opt=_GUARDED | _OF_CONFIRMATION, operation_id="confirmPhoneChange")
async def confirm_phone(
    data: JSONBody[ConfirmPhoneBody],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    client_trace: Injected[ClientTrace],
    identity: Injected[Identity],
    object_storage: Injected[ObjectLinks],
) -> Response[AccountJson]:
    """Change your phone number, with the code that was sent to the new one, which verifies it.

    All other sessions end. The e-mail address and the former number are notified. If another account has the number,
    the answer is 409, but only if the code is right.
    """
    requester, contact = Requester(actor, session_id), ContactInput(phone=data.phone)
    await confirm_contact_change(identity, requester, contact, data.code, client_trace=client_trace)
    return await _edited(actor, identity, object_storage)


@post(
    "/email",
    status_code=202,
    opt=_GUARDED | documented(start_contact_change, body=WANT_EMAIL, no_idempotency_key=CONFIDENTIAL),
    operation_id="requestEmailChange",
)
async def request_email_change(
    data: JSONBody[RequestEmailChangeBody],
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
) -> CodeSentJson:
    """Send a code to your new or first e-mail address. The rules are those of `/phone`."""
    requester = Requester(actor, session_id)
    await start_contact_change(identity, requester, ContactInput(email=data.email), data.current_password)
    return code_sent_json(identity)


@post(
    "/email/confirm",
    status_code=200,
    opt=_GUARDED | documented(confirm_contact_change, body=CONFIRM_EMAIL, no_idempotency_key=CONFIDENTIAL),
    operation_id="confirmEmailChange",
)
async def confirm_email(
    data: JSONBody[ConfirmEmailBody],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    client_trace: Injected[ClientTrace],
    identity: Injected[Identity],
    object_storage: Injected[ObjectLinks],
) -> Response[AccountJson]:
    """Change your e-mail address, with the code that was sent to the new one, which verifies it.

    All other sessions end. The former address and the phone number are notified. If another account has verified the
    address, the answer is 409, but only if the code is right.
    """
    requester, contact = Requester(actor, session_id), ContactInput(email=data.email)
    await confirm_contact_change(identity, requester, contact, data.code, client_trace=client_trace)
    return await _edited(actor, identity, object_storage)


async def _edited(actor: Actor, identity: Identity, object_storage: ObjectLinks) -> Response[AccountJson]:
    user = await get_own_account(actor, identity.reads.users)
    return Response(account_json(user, object_storage), headers=etag(user.version))


@delete("/", opt=_GUARDED | _OF_DELETION)
async def delete_my_account(
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    run: Injected[Run],
    data: JSONBody[ProofBody] = NO_PROOF,
) -> None:
    """Delete your account; it is erased 30 days later.

    The account's password is required, as for a change of the phone number. All sessions end at once, and a provider's
    profile leaves the catalogue. Until the account is erased, an admin can restore it, and signing in answers 403.
    Deletion is refused while the account has bookings that are upcoming or in dispute, or a pending refund. An admin's
    account can only be deleted by another admin.
    """
    proof = await check_password(identity, Requester(actor, session_id), data.current_password)
    await run(delete_own_account, proof)


routes: Final = Router(
    "/users/me",
    route_handlers=[
        my_account,
        edit_my_account,
        my_preferences,
        set_my_preferences,
        request_phone_change,
        confirm_phone,
        request_email_change,
        confirm_email,
        delete_my_account,
    ],
)
