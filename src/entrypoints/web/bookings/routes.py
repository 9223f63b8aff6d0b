"""`/bookings/{booking}`: one booking, and its payment."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath

from booking_domain.bookings.available_actions import available_actions
from booking_domain.bookings.transitions import Status
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.model import Purpose
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import BookingId, SessionId
from booking_domain.use_cases.bookings.queries import get_appointment
from booking_domain.use_cases.payments.start_payment import StartPayment, start_payment
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.session_cookies import SessionCookies
from entrypoints.web.bookings.booking import booking_page
from entrypoints.web.kit.pages import Page


@get("/bookings/{booking_id:str}")
async def show_booking(
    booking_id: FromPath[BookingId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    clock: Injected[Clock],
    gateways: Injected[Gateways],
    session_cookies: Injected[SessionCookies],
) -> Response[Any]:
    """A booking: its state, what to do next, how to pay."""
    seen = await get_appointment(actor, booking_id, reads.appointments)
    booking, charges = seen.appointment.booking, gateways.chargeable.accepts
    can = frozenset(available_actions(booking, seen.party, actor, clock.now(), charges=charges))
    payments = await reads.payments.of_booking(booking.id)
    payment = next((each for each in payments if each.status is PaymentStatus.PENDING), None)
    csrf = session_cookies.csrf_token(session_id)
    return page.render(booking_page(seen, can, payment, page, csrf=csrf), public=False)


@post("/bookings/{booking_id:str}/pay", status_code=303, opt=FORM)
async def pay(
    booking_id: FromPath[BookingId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    gateways: Injected[Gateways],
) -> Response[Any]:
    """Start the payment that is due; an open one goes on."""
    seen = await get_appointment(actor, booking_id, reads.appointments)
    purpose = Purpose.DEPOSIT if seen.appointment.booking.status is Status.PENDING else Purpose.BALANCE
    wish = StartPayment(booking_id=booking_id, purpose=purpose)
    await start_payment(wish, actor=actor, executor=executor, gateways=gateways)
    return page.see(page.link(f"/bookings/{booking_id}"))


handlers: Final = (show_booking, pay)
