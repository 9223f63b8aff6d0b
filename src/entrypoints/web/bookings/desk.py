"""Who acts on a booking: who is signed in, or who has followed a link to it."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Request

from booking_domain.bookings.action_links import ActionLinkTokens, InvalidActionLink, action_of
from booking_domain.bookings.available_actions import AvailableAction, available_actions
from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Party
from booking_domain.identity.errors import InvalidToken
from booking_domain.payments.gateways import Gateways
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import BookingId, SessionId
from booking_domain.use_cases.bookings.action_links import open_action_link
from booking_domain.use_cases.bookings.queries import VisibleAppointment, get_appointment
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.session_cookies import SessionCookies

LINK_COOKIE: Final = "__Host-link"
"""The token of the link that the browser has followed last. It is sent with requests of our own pages only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Somebody before a booking, and what they can do with it."""

    actor: Actor
    seen: VisibleAppointment
    can: frozenset[AvailableAction]
    moves_left: int | None = None
    """How often the customer can still move it; None: nothing limits it, or somebody else is before it."""
    csrf: str = ""
    """The token of the session; of a link there is none, its cookie stays on our site."""
    session_id: SessionId | None = None
    """None: by a link."""

    @property
    def booking(self) -> Booking:
        """The booking."""
        return self.seen.appointment.booking

    @property
    def pays_by_card(self) -> bool:
        """Whether they may pay by gift card now: its customer, with an account, if anything is due."""
        return self.session_id is not None and self.seen.party is Party.CUSTOMER and bool(self.booking.quote.at_desk)

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/bookings/{self.booking.id}"


class BookingDesk:
    """Opens bookings for who is signed in, and with the one link that the browser has followed last."""

    def __init__(
        self,
        request: Request[Any, Any, Any],
        *,
        reads: Reads,
        clock: Clock,
        gateways: Gateways,
        tokens: ActionLinkTokens,
        session_cookies: SessionCookies,
    ) -> None:
        self._request = request
        self._reads = reads
        self._clock = clock
        self._charges: Final = gateways.chargeable.accepts
        self._tokens = tokens
        self._session_cookies = session_cookies

    async def open(self, booking_id: BookingId) -> Acting:
        """The booking as it is seen, or raise `InvalidToken`, `BookingNotFound`."""
        actor: Actor | None = self._request.scope["user"]
        session_id: SessionId | None = self._request.scope["auth"]
        if actor is not None and session_id is not None:
            try:
                return await self._as_party(actor, session_id, booking_id)
            except BookingNotFound:
                linked = await self._by_link(booking_id)
                if linked is None:
                    raise
                return linked
        linked = await self._by_link(booking_id)
        if linked is None:
            raise InvalidToken
        return linked

    async def _as_party(self, actor: Actor, session_id: SessionId, booking_id: BookingId) -> Acting:
        seen = await get_appointment(actor, booking_id, self._reads.appointments)
        booking, now = seen.appointment.booking, self._clock.now()
        return Acting(
            actor=actor,
            seen=seen,
            can=frozenset(available_actions(booking, seen.party, actor, now, charges=self._charges)),
            moves_left=booking.reschedules_left(now) if seen.party is Party.CUSTOMER else None,
            csrf=self._session_cookies.csrf_token(session_id),
            session_id=session_id,
        )

    async def _by_link(self, booking_id: BookingId) -> Acting | None:
        token = self._request.cookies.get(LINK_COOKIE)
        if token is None:
            return None
        now = self._clock.now()
        try:
            opened = await open_action_link(
                token, None, tokens=self._tokens, reads=self._reads, now=now, charges=self._charges
            )
        except InvalidActionLink:
            return None
        if opened.link.booking_id != booking_id:
            return None
        return Acting(
            actor=opened.actor,
            seen=VisibleAppointment(appointment=opened.appointment, party=Party.CUSTOMER),
            can=frozenset(
                each
                for each in opened.available
                if (action := action_of(each)) is not None and opened.link.allows(action)
            ),
            moves_left=opened.appointment.booking.reschedules_left(now),
        )


def provide_desk(  # noqa: PLR0917 - by name
    request: Request[Any, Any, Any],
    reads: Injected[Reads],
    clock: Injected[Clock],
    gateways: Injected[Gateways],
    action_link_tokens: Injected[ActionLinkTokens],
    session_cookies: Injected[SessionCookies],
) -> BookingDesk:
    """Provide `desk`."""
    return BookingDesk(
        request,
        reads=reads,
        clock=clock,
        gateways=gateways,
        tokens=action_link_tokens,
        session_cookies=session_cookies,
    )
