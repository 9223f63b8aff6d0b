"""`/book/{provider}/summary`: what is booked, and booking it."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.bookings.model import Booking
from booking_domain.scheduling.errors import HoldNotFound, SlotNotOffered, SlotTaken
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import IF_VALID
from entrypoints.web.booking.appointment import INSTEAD
from entrypoints.web.booking.booker import Booker
from entrypoints.web.booking.flow import SUMMARY, Choice, address, first_incomplete
from entrypoints.web.booking.summary import summary_page
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.legal import ACCEPTED, accepted_of
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.typed import moment_of


@get("/book/{provider_id:str}/summary", opt=IF_VALID)
async def show_summary(
    provider_id: FromPath[ProviderId], page: Injected[Page], booker: Injected[Booker]
) -> Response[Any]:
    """What is booked."""
    facts, choice = await booker.facts(provider_id), booker.choice(page.query)
    step = first_incomplete(choice, facts)
    if step is not SUMMARY or choice.slot is None:
        return page.see(address(step, choice, facts, page))
    model = summary_page(
        choice,
        facts,
        choice.slot,
        page,
        csrf=booker.csrf,
        documents=booker.documents,
        missing=await booker.missing(),
    )
    return page.render(model, public=False)


@post("/book/{provider_id:str}/summary", status_code=200, opt=IF_VALID | FORM)
async def book(
    provider_id: FromPath[ProviderId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    booker: Injected[Booker],
) -> Response[Any]:
    """Book. If the time was lost, the form stays, with the nearest others; the one that is chosen is kept."""
    form = form_of(request)
    facts, choice = await booker.facts(provider_id), booker.choice(form)
    step, instead, accepted = first_incomplete(choice, facts), moment_of(said(form, INSTEAD)), form.get(ACCEPTED, ())
    slot = instead or choice.slot
    if step is not SUMMARY or slot is None or booker.actor is None:
        return page.see(address(step, choice, facts, page))
    missing = await booker.missing()
    show = partial(
        summary_page,
        facts=facts,
        page=page,
        csrf=booker.csrf,
        documents=booker.documents,
        missing=missing,
        accepted=accepted,
    )
    try:
        if instead is not None:
            choice = await booker.holding(provider_id, choice, instead, booker.actor)
            return page.render(show(choice, start=instead), public=False)
        place = partial(booker.executor.run, place_booking, actor=booker.actor, session_id=booker.session_id)
        command = PlaceBooking(
            provider_id=provider_id,
            slot=slot,
            service_ids=choice.services,
            link_token=choice.link or None,
            accepted=accepted_of(accepted),
        )
        booking = await _placed(command, choice, place)
    except (SlotTaken, SlotNotOffered) as error:
        others = await booker.near(facts, choice, slot)
        lost = show(replace(choice, hold=None, until=None), start=slot)
        return page.refuse(lost.lost(error, others, facts, page), error)
    except DomainError as error:
        return page.refuse(show(choice, start=slot).failed(error, page), error)
    return page.see(page.link(f"/bookings/{booking.id}"))


async def _placed(
    command: PlaceBooking, choice: Choice, place: Callable[[PlaceBooking], Awaitable[Booking]]
) -> Booking:
    """Book in place of the hold; if that has expired, the time may still be free."""
    if choice.hold is not None:
        with suppress(HoldNotFound):
            return await place(replace(command, hold_id=choice.hold))
    return await place(command)


handlers: Final = (show_summary, book)
