"""Accounts in the worker: send one-time codes, erase deleted and abandoned accounts, remove expired secrets."""

import asyncio
from collections.abc import Iterator
from typing import Final
from uuid import UUID

import structlog

from adapters.postgres.outbox.event_codec import from_json, to_json
from booking_domain.identity.events import (
    CodeRequested,
    SignUpRequested,
)
from booking_domain.notifications.errors import SmsCapReached, UnverifiedNumberLimited
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import SmsId, UserId
from booking_domain.use_cases.accounts.code_messages import send_code, send_sign_up_code
from booking_domain.use_cases.accounts.erase_account import ErasureResult, erase_account
from booking_domain.use_cases.calendars.links import end_calendar_links_of_earlier_kind
from booking_domain.use_cases.identity.authenticate import sweep_known_clients
from booking_domain.use_cases.identity.blocked_networks import sweep_blocked_networks
from booking_domain.use_cases.identity.external_identities import sweep_assertions
from booking_domain.use_cases.identity.one_time_codes import sweep_codes
from booking_domain.use_cases.identity.passkeys import sweep_passkey_challenges
from booking_domain.use_cases.identity.remembered_devices import sweep_devices
from entrypoints.container import Container
from entrypoints.worker.declarations import (
    RETRY_SOON,
    URGENT,
    Enqueue,
    Job,
    JobRequest,
    Periodic,
    Subscription,
    Sweep,
    WorkerContext,
)

log: Final = structlog.get_logger()
ERASURES_PER_PAGE = 500
SMS_PER_PAGE: Final = 500


async def _send_code(container: Container, *, message: str) -> None:
    """Send a one-time code, unless it has expired."""
    event = from_json(message)
    now, reads = container.clock().now(), container.reads()
    secrets, messenger = container.secret_codes(), container.code_messenger()
    try:
        if isinstance(event, SignUpRequested):
            await send_sign_up_code(event, now=now, reads=reads, secrets=secrets, messenger=messenger)
        elif isinstance(event, CodeRequested):
            await send_code(event, now=now, reads=reads, secrets=secrets, messenger=messenger)
        else:
            raise TypeError(f"no code to send for {event.topic}")
    except SmsCapReached:
        log.warning("sms.cap_reached")
        raise
    except UnverifiedNumberLimited:
        log.warning("sms.unverified_number_limited", **{event.subject_field: str(event.subject)})


async def _erase(container: Container, *, user_id: str) -> None:
    """Erase an account whose grace period is over: first its messages' files, while its addresses are known."""
    await _erase_message_files(container, UserId(UUID(user_id)))
    done = await container.executor().run(erase_account, UserId(UUID(user_id)), actor=SYSTEM)
    if done is ErasureResult.BLOCKED:
        log.warning("erasure.waits", user_id=user_id)


async def _erase_message_files(container: Container, user_id: UserId) -> None:
    reads = container.reads()
    user = await reads.users.get(user_id)
    if user is None or user.erased_from is None or container.clock().now() < user.erased_from:
        return
    sms: list[SmsId] = []
    while page := await reads.sms.of_user(user_id, sms[-1] if sms else None, SMS_PER_PAGE):
        sms += [message.id for message in page]
    addresses = [address for address in (user.email, user.phone) if address is not None]
    await asyncio.to_thread(container.message_files().erase, user_id, addresses, sms)


SEND_CODE: Final = Job(name="send_code", run=_send_code, retry=RETRY_SOON, priority=URGENT)
ERASE: Final = Job(name="erase", run=_erase)


def _send_requested(event: CodeRequested | SignUpRequested) -> Iterator[JobRequest]:
    yield SEND_CODE.request(message=to_json(event))


async def _erase_due(container: Container, enqueue: Enqueue) -> None:
    reads, now = container.reads(), container.clock().now()
    found = await reads.users.to_erase(now, None, ERASURES_PER_PAGE)
    while found:
        for user_id in map(str, found):
            await enqueue(ERASE.request(once=f"erase {user_id}", user_id=user_id))
        found = await reads.users.to_erase(now, found[-1], ERASURES_PER_PAGE)


async def _sweep_codes(container: Container, _: Enqueue) -> None:
    await container.executor().run(sweep_codes, None, actor=SYSTEM)


async def _sweep_assertions(container: Container, _: Enqueue) -> None:
    await container.executor().run(sweep_assertions, None, actor=SYSTEM)


async def _sweep_sessions(container: Container, _: Enqueue) -> None:
    await container.database().forget_sessions(container.clock().now())


async def _sweep_blocked_networks(container: Container, _: Enqueue) -> None:
    await container.executor().run(sweep_blocked_networks, None, actor=SYSTEM)


async def _sweep_known_clients(container: Container, _: Enqueue) -> None:
    await container.executor().run(sweep_known_clients, None, actor=SYSTEM)


async def _sweep_devices(container: Container, _: Enqueue) -> None:
    await container.executor().run(sweep_devices, None, actor=SYSTEM)


async def _sweep_passkey_challenges(container: Container, _: Enqueue) -> None:
    await container.executor().run(sweep_passkey_challenges, None, actor=SYSTEM)


async def _sweep_calendar_links(container: Container, _: Enqueue) -> None:
    await container.executor().run(end_calendar_links_of_earlier_kind, None, actor=SYSTEM)


CONTEXT: Final = WorkerContext(
    jobs=(SEND_CODE, ERASE),
    subscriptions=(Subscription((CodeRequested, SignUpRequested), _send_requested),),
    sweeps=(
        Sweep("expired codes", _sweep_codes),
        Sweep("used assertions", _sweep_assertions),
        Sweep("expired sessions", _sweep_sessions),
        Sweep("expired blocks of networks", _sweep_blocked_networks),
        Sweep("expired remembered devices", _sweep_devices),
        Sweep("expired known clients", _sweep_known_clients),
        Sweep("expired challenges of passkeys", _sweep_passkey_challenges),
        Sweep("calendar links of the earlier kind", _sweep_calendar_links),
    ),
    periodic=(Periodic(name="erase_due", cron="17 * * * *", run=_erase_due),),
)
