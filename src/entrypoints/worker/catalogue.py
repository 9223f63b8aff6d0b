"""Provider profiles and salons in the worker: notify the users whom a change affects; apply suspensions to bookings."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

import structlog

from adapters.postgres.outbox.event_codec import from_json, to_json
from booking_domain.catalogue.events import (
    InvitationSent,
    ProfileChanged,
    ProfileReinstated,
    ProfileSuspended,
)
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import RuleViolated
from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.bookings.review_bookings import affected_bookings, follow_profile
from booking_domain.use_cases.catalogue.booking_links import remove_visitors
from booking_domain.use_cases.catalogue.invitation_messages import send_invitation
from booking_domain.use_cases.catalogue.invitations import sweep_invitations
from entrypoints.container import Container
from entrypoints.worker.declarations import MESSAGES, Enqueue, Job, JobRequest, Subscription, Sweep, WorkerContext

log: Final = structlog.get_logger()


async def _follow(container: Container, *, provider_id: str) -> None:
    """Put the bookings of a suspended provider under review; confirm them after the suspension."""
    now = container.clock().now()
    for booking_id in await affected_bookings(ProviderId(UUID(provider_id)), container.reads(), now):
        await container.executor().run(follow_profile, booking_id, actor=SYSTEM)


FOLLOW: Final = Job(name="follow_profile", run=_follow)


async def _send_invitation(container: Container, *, message: str) -> None:
    """Send an invitation of a salon to its contact, unless it is over."""
    event = from_json(message)
    if not isinstance(event, InvitationSent):
        raise TypeError(f"no invitation to send for {event.topic}")
    try:
        await send_invitation(
            event,
            clock=container.clock(),
            reads=container.reads(),
            sender=container.message_sender(),
            translator=container.translator(),
            web_url=container.settings().web_url,
        )
    except RuleViolated:
        log.warning("invitation.not_sent", invitation_id=str(event.invitation_id))


SEND_INVITATION: Final = Job(name="send_invitation", run=_send_invitation, queue=MESSAGES)


def _send_invited(event: InvitationSent) -> Iterator[JobRequest]:
    yield SEND_INVITATION.request(message=to_json(event))


def _follow_profile(event: ProfileChanged) -> Iterator[JobRequest]:
    yield FOLLOW.request(lock=f"profile {event.provider_id}", provider_id=str(event.provider_id))


async def _sweep_invitations(container: Container, _: Enqueue) -> None:
    await container.executor().run(sweep_invitations, None, actor=SYSTEM)


async def _remove_visitors(container: Container, _: Enqueue) -> None:
    await container.executor().run(remove_visitors, None, actor=SYSTEM)


CONTEXT: Final = WorkerContext(
    jobs=(FOLLOW, SEND_INVITATION),
    sweeps=(
        Sweep("visitors of booking links", _remove_visitors),
        Sweep("expired invitations of salons", _sweep_invitations),
    ),
    subscriptions=(
        Subscription((ProfileSuspended, ProfileReinstated), _follow_profile),
        Subscription((InvitationSent,), _send_invited),
    ),
)
