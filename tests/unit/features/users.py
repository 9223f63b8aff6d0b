"""`/users/me`: the caller's account, its preferences, phone number, linked identities and export."""

from dataclasses import replace
from datetime import date
from typing import Final

from hypothesis import strategies as st
from tests.unit.entrypoints.api import Api
from tests.unit.features.accounts import session
from tests.unit.features.declarations import (
    CANARY,
    CANARY_DIGEST,
    CLIENT,
    PUBLIC,
    SIGNED_IN,
    Edit,
    Feature,
    Ids,
    Kind,
    Request,
    Row,
    World,
)

from booking_domain.identity.calendar_links import CalendarLink
from booking_domain.identity.code_history import IssuedCode
from booking_domain.identity.contact_changes import ContactChange
from booking_domain.identity.external_identities import ExternalIdentity, IdentityProvider
from booking_domain.identity.known_clients import ClientTrace, CountedClient, KnownClient
from booking_domain.identity.legal import Acceptance, LegalDocument, LegalDocuments
from booking_domain.identity.model import ERASED_AFTER, Undeliverable, User
from booking_domain.identity.one_time_codes import CODE_LIFE, CodePurpose, ContactChannel, OneTimeCode
from booking_domain.identity.passkeys import Passkey, PasskeyChallenge, PasskeyId
from booking_domain.identity.preferences import Preferences
from booking_domain.identity.remembered_devices import RememberedDevice
from booking_domain.identity.second_factor import SecondFactor
from booking_domain.shared.idempotency import IdempotencyKey
from booking_domain.shared.ids import CodeId, DeviceId, FileId, SessionId, UserId
from booking_domain.shared.images import Image
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories

PHONE: Final = "+97699112233"
BORN: Final = date(1987, 6, 5)


async def account(api: Api) -> Edit:
    customer = await api.joined("customer")
    return Edit(customer, "/users/me", {"familyName": "Bat-Erdene"}, "/users/me", customer)


async def preferences(api: Api) -> Edit:
    customer = await api.joined("customer")
    channels = {"email": True, "sms": False, "telegram": False, "push": False}
    wanted = {"channels": channels, "reminders": True, "marketing": False}
    path = "/users/me/preferences"
    return Edit(customer, path, wanted, path, customer)


async def access(world: World, who: str) -> Ids:
    """Another session than that of their token, by its place in the list."""
    return {"kind": "session", "access_id": (await session(world, who))["ended_id"]}


async def acceptance(api: Api) -> Request:
    api.container.legal_documents.override(LegalDocuments(terms_of_use="2026-11"))
    api.container.executor.reset()
    return await api.joined("customer"), "/users/me/legal-documents", {"accepted": {"termsOfUse": "2026-11"}}


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """Customer and owner with a value in every personal field, both due to be erased."""
    customer = cast.customer.changed(
        email=f"{CANARY}@example.com",
        phone=PHONE,
        name=f"{CANARY} of a name",
        given_name=f"{CANARY} given",
        family_name=f"{CANARY} of a family",
        birth_date=BORN,
        address=f"{CANARY} street 8",
        picture=Image(file_id=FileId(make.entropy.new_id()), width=1, height=1),
        password_hash=f"hash of a {CANARY}",
        email_verified_at=NOW,
        email_undeliverable_at=NOW,
        email_undeliverable_reason=Undeliverable.BOUNCED,
        phone_verified_at=NOW,
        preferences=Preferences(marketing=True),
    )
    owner = cast.owner.changed(email=f"owner.{CANARY}@example.com", name=f"{CANARY} who owns")
    for user in (customer, owner):
        await tx.users.save(user.deleted(NOW - ERASED_AFTER))
    for user in (customer, owner):
        await _sign_in(tx, make, user)
        await _links(tx, user.id)


async def _sign_in(tx: Repositories, make: Builder, user: User) -> None:
    code_id = CodeId(make.entropy.new_id())
    code = OneTimeCode(
        contact=CANARY_DIGEST + user.id.bytes,
        purpose=CodePurpose.LOGIN,
        id=code_id,
        user_id=user.id,
        issued_at=NOW,
        expires_at=NOW + CODE_LIFE,
        day_began=NOW,
    )
    await tx.sessions.add(replace(make.session(user), client=CLIENT))
    await tx.login_history.add(replace(make.login(user), client=CLIENT))
    await tx.one_time_codes.save(code)
    issued = IssuedCode(
        id=code_id,
        user_id=user.id,
        purpose=code.purpose,
        channel=ContactChannel.EMAIL,
        to_masked=f"{CANARY}****@example.com",
        issued_at=NOW,
        expires_at=code.expires_at,
    )
    await tx.code_history.add(issued)
    await tx.credentials.count_wrong_password(user.id, CountedClient(CANARY_DIGEST, known=False), NOW)
    known = replace(
        KnownClient.make(user.id, SessionId(make.entropy.new_id()), ClientTrace(), make.entropy, NOW)[0],
        network_digest=CANARY_DIGEST,
    )
    await tx.known_clients.save(known)
    change = ContactChange.request(None, user_id=user.id, address=PHONE, code_id=code_id, now=NOW)
    await tx.phone_changes.save(change)
    await tx.email_changes.save(replace(change, address=f"{CANARY}@example.com", former=f"{CANARY}@example.org"))
    await tx.acceptances.add(
        Acceptance(user_id=user.id, document=LegalDocument.TERMS_OF_USE, document_version=CANARY, accepted_at=NOW)
    )
    device, _ = RememberedDevice.make(DeviceId(make.entropy.new_id()), user.id, CLIENT, make.entropy, NOW)
    await tx.remembered_devices.add(device)
    await tx.passkeys.add(
        Passkey(
            id=PasskeyId(make.entropy.new_id()),
            user_id=user.id,
            credential_id=CANARY_DIGEST + user.id.bytes,
            public_key=CANARY.encode(),
            counter=0,
            name=CANARY,
            created_at=NOW,
        )
    )
    await tx.passkeys.add_challenge(
        PasskeyChallenge(digest=CANARY_DIGEST + user.id.bytes, user_id=user.id, expires_at=NOW)
    )
    recovery = frozenset({CANARY.encode()})
    await tx.second_factors.save(SecondFactor(user_id=user.id, secret="A" * 32, recovery_codes=recovery))


async def _links(tx: Repositories, user_id: UserId) -> None:
    subject = f"{CANARY} {user_id}"
    await tx.external_identities.add(
        ExternalIdentity(provider=IdentityProvider.TELEGRAM, subject=subject, user_id=user_id, linked_at=NOW)
    )
    digest = CANARY_DIGEST + user_id.bytes
    await tx.calendar_links.save(CalendarLink(user_id=user_id, secret_digest=digest, created_at=NOW))
    key = IdempotencyKey(caller=user_id, key=CANARY, fingerprint=b"f")
    await tx.idempotency.begin(key, NOW)
    await tx.idempotency.finish(key, CANARY.encode())


FEATURE: Final = Feature(
    routes={
        "GET /users/me": Row(SIGNED_IN, tagged=True),
        "PATCH /users/me": Row(Permission.MANAGE_ACCOUNT, edit=account),
        "DELETE /users/me": Row(Permission.MANAGE_ACCOUNT, example_refused=True),
        "GET /users/me/preferences": Row(SIGNED_IN, tagged=True),
        "PUT /users/me/preferences": Row(Permission.MANAGE_ACCOUNT, edit=preferences),
        "POST /users/me/phone": Row(Permission.MANAGE_ACCOUNT),
        "POST /users/me/phone/confirm": Row(Permission.MANAGE_ACCOUNT, by_secret=True, example_refused=True),
        "POST /users/me/email": Row(Permission.MANAGE_ACCOUNT),
        "POST /users/me/email/confirm": Row(Permission.MANAGE_ACCOUNT, by_secret=True, example_refused=True),
        "GET /users/me/access": Row(Permission.MANAGE_SESSIONS),
        "DELETE /users/me/access": Row(Permission.MANAGE_SESSIONS, changes_sign_in=True),
        "DELETE /users/me/access/{kind}/{access_id}": Row(
            Permission.MANAGE_SESSIONS, Kind(access, removed_by="/users/me/access/{kind}/{access_id}")
        ),
        "GET /users/me/export": Row(SIGNED_IN),
        "GET /legal-documents": Row(PUBLIC),
        "GET /users/me/legal-documents": Row(SIGNED_IN),
        "POST /users/me/legal-documents": Row(Permission.MANAGE_ACCOUNT, example_refused=True, once=acceptance),
        "POST /users/me/telegram": Row(
            Permission.LINK_IDENTITIES,
            by_secret=True,
            example_refused=True,
        ),
        "POST /users/me/telegram-link": Row(Permission.LINK_IDENTITIES, example_refused=True),
        "POST /webhooks/telegram": Row(PUBLIC, by_secret=True),
        "DELETE /users/me/telegram": Row(Permission.LINK_IDENTITIES),
        "GET /users/me/identities": Row(SIGNED_IN),
        "POST /users/me/identities": Row(Permission.LINK_IDENTITIES, by_secret=True, example_refused=True),
        "DELETE /users/me/identities": Row(Permission.LINK_IDENTITIES, query="service=google"),
    },
    permissions="""
        account.manage       customer:own provider:own manager:own admin:own
        identity.link        customer:own provider:own manager:own admin:own
    """,
    events={
        "account.deleted": {"userId"},
        "account.disabled": {"userId"},
        "account.enabled": {"userId"},
        "account.phone_changed": {"userId"},
        "account.email_changed": {"userId"},
        "account.password_changed": {"userId"},
        "account.second_factor_changed": {"userId"},
        "account.identities_changed": {"userId"},
        "account.sessions_ended": {"userId"},
        "account.calendar_link_revoked": {"userId"},
        "account.earlier_access_removed": {"userId"},
        "account.contact_lost": {"userId"},
        "account.email_undeliverable": {"userId"},
        "account.device_remembered": {"userId"},
        "account.passkey_added": {"userId"},
        "account.passkey_removed": {"userId"},
    },
    samples={
        (User, "email"): st.none() | st.sampled_from(["bold@example.com", "saraa@example.mn"]),
        (User, "phone"): st.none() | st.sampled_from(["+97699112233", "+989123456789"]),
        (SecondFactor, "recovery_codes"): st.just(frozenset()),
        (Passkey, "name"): st.sampled_from(["phone", "Ж"]),
    },
    personal_data=personal_data,
)
