"""`/bookings/{id}/points`: using points or a reward on a booking."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import BookingId
from booking_domain.use_cases.bookings.points import RedeemedPoints
from booking_domain.use_cases.bookings.redeem_points import RedeemPoints, redeem_points
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.web.booking.flow import Choice
from entrypoints.web.bookings.desk import BookingDesk
from entrypoints.web.bookings.points import POINTS, points_page, redeemable_on
from entrypoints.web.kit.pages import Page


@get("/bookings/{booking_id:str}/points")
async def show_points(
    booking_id: FromPath[BookingId],
    page: Injected[Page],
    *,
    desk: Injected[BookingDesk],
    reads: Injected[Reads],
    clock: Injected[Clock],
) -> Response[Any]:
    """Which points can be used."""
    acting = await desk.open(booking_id)
    found = await redeemable_on(acting, reads, now=clock.now())
    if not found:
        return page.see(page.link(acting.path))
    return page.render(points_page(acting, found, page), public=False)


@post("/bookings/{booking_id:str}/points", status_code=303, opt=FORM)
async def use_points(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    desk: Injected[BookingDesk],
    reads: Injected[Reads],
    clock: Injected[Clock],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Use them; a form that is sent twice uses them once."""
    acting, choice = await desk.open(booking_id), Choice.of({POINTS: form_of(request).get(POINTS, ())})
    found = await redeemable_on(acting, reads, now=clock.now())
    if not found:
        return page.see(page.link(acting.path))
    if choice.points is None:
        return page.see(page.link(f"{acting.path}/points"))
    points = RedeemedPoints(account_id=choice.points, reward=choice.reward or None)
    try:
        command = RedeemPoints(booking_id=booking_id, points=points)
        await executor.run(redeem_points, command, actor=acting.actor, session_id=acting.session_id)
    except DomainError as error:
        return page.refuse(points_page(acting, found, page).failed(error, page, field=POINTS), error, at=page.path)
    return page.see(page.link(acting.path, done="redeemed"))


handlers: Final = (show_points, use_points)
