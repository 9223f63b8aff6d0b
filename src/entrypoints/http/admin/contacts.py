"""How admins replace a contact of an account whose owner has lost access to it, and undo it."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from booking_domain.identity.contact_edits import ContactEdit, ContactReason
from booking_domain.identity.errors import ContactMissing
from booking_domain.identity.one_time_codes import Contact, ContactChannel
from booking_domain.identity.security import Identity
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import UserId
from booking_domain.shared.phones import masked_contact
from booking_domain.use_cases.identity import queries
from booking_domain.use_cases.identity.contact_edits import (
    EditContact,
    edit_contact,
    list_contact_edits,
    restore_contact,
)
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.accounts.schemas import ContactBody, SecondFactorText
from entrypoints.http.admin.users import ManagedUserJson, managed_user_json
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import etag
from entrypoints.http.kit.fields import Json, Timestamp, one_of
from entrypoints.http.kit.idempotency import REPEATED
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.running import Run

EDIT: Final[dict[str, Any]] = {"email": "dorj.new@example.com", "reason": "lost_access", "code": "402519"}


class EditContactBody(ContactBody, frozen=True, kw_only=True):
    """The new contact, why, and the admin's second factor."""

    reason: ContactReason
    """Why the contact is replaced. It stays in the audit log."""
    code: SecondFactorText


class ContactEditJson(Json, frozen=True, kw_only=True):
    """A contact that an admin has replaced."""

    id: UUID
    channel: Annotated[str, one_of(ContactChannel)]
    former: str | None = None
    """The former contact, masked; absent if there was none."""
    reason: Annotated[str, one_of(ContactReason)]
    edited_by: UUID
    """The account of the admin."""
    edited_at: Timestamp
    """When it was replaced."""
    restorable_until: Timestamp
    """Until when the former contact can be restored."""
    restored_at: Timestamp | None = None
    """When it was restored."""


class ContactEditsJson(Json, frozen=True, kw_only=True):
    """The contacts of an account that admins have replaced within the last seven days, oldest first."""

    items: tuple[ContactEditJson, ...]


_edit_json: Final = projection(
    ContactEdit,
    ContactEditJson,
    former=lambda edit: None if edit.former is None else masked_contact(edit.former),
)


@post(
    "/users/{user_id:str}/contact",
    status_code=200,
    opt=limited_as(AUTH)
    | documented(edit_contact, body=EDIT, raises=(ContactMissing, InvalidValue), no_idempotency_key=REPEATED),
    operation_id="editContactOfUser",
)
async def edit_contact_of_user(
    user_id: FromPath[UserId],
    data: JSONBody[EditContactBody],
    *,
    run: Injected[Run],
    reads: Injected[Reads],
    identity: Injected[Identity],
    clock: Injected[Clock],
) -> Response[ManagedUserJson]:
    """Replace the e-mail address or the phone number of an account; for admins.

    Verify the user's identity first: the server cannot. The new contact is not verified. If the account had a verified
    one, codes to the new one give access after 48 hours (`entered.usableFrom`). All sessions end. The former contact,
    the new one and the other one are told, with a link that restores the former one within seven days. It needs a code
    of your second factor. The contacts of admins cannot be replaced.
    """
    contact = data.contact().parsed(identity.phone_numbers)
    if contact.channel is ContactChannel.PHONE:
        contact = Contact(ContactChannel.PHONE, identity.phone_numbers.parse_reachable(contact.address))
    command = EditContact(user_id=user_id, contact=contact, reason=data.reason, code=data.code)
    user = await run(edit_contact, command)
    [managed] = await queries.managed_users([user], reads, clock.now())
    return Response(managed_user_json(managed), headers=etag(user.version))


@get("/users/{user_id:str}/contact-edits", opt=documented(list_contact_edits))
async def list_contact_edits_of_user(
    user_id: FromPath[UserId], actor: Injected[Actor], reads: Injected[Reads]
) -> ContactEditsJson:
    """List the contacts of an account that admins have replaced within seven days, oldest first; for admins."""
    found = await list_contact_edits(actor, user_id, reads.users, reads.contact_edits)
    return ContactEditsJson(items=tuple(map(_edit_json, found)))


@post(
    "/users/{user_id:str}/contact/restore",
    status_code=200,
    opt=documented(restore_contact, no_idempotency_key=REPEATED),
    operation_id="restoreContactOfUser",
)
async def restore_contact_of_user(
    user_id: FromPath[UserId], *, run: Injected[Run], reads: Injected[Reads], clock: Injected[Clock]
) -> Response[ManagedUserJson]:
    """Restore the contacts of an account as they were before admins replaced them within seven days; for admins.

    All sessions end, and the password is removed. If another person has taken the account over by the new contact, what
    they have set up is removed. It is refused if there is nothing to restore, or another account has the contact now.
    """
    user = await run(restore_contact, user_id)
    [managed] = await queries.managed_users([user], reads, clock.now())
    return Response(managed_user_json(managed), headers=etag(user.version))
