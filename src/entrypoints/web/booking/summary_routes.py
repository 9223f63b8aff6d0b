"""`/book/{provider}/summary`: what is booked, and booking it."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.bookings.model import Booking
from booking_domain.bookings.placing_errors import SeriesNotPossible
from booking_domain.bookings.pricing import PriceBreakdown
from booking_domain.files.model import Folder
from booking_domain.gift_cards.model import GiftCard
from booking_domain.scheduling.errors import HoldNotFound, SlotNotOffered, SlotTaken
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.bookings.discounts import DISCOUNT_ERRORS
from booking_domain.use_cases.bookings.ideas import ShareIdea, share_idea
from booking_domain.use_cases.bookings.package_visits import PACKAGE_ERRORS
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.bookings.place_series import PlaceSeries, place_series
from booking_domain.use_cases.bookings.points import POINT_ERRORS
from booking_domain.use_cases.catalogue.queries import ProviderPage
from entrypoints.http.kit.forms import FORM_WITH_FILES, MOST_BYTES_OF_FILES, Form, files_of, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import UPLOADS, limited_as
from entrypoints.http.kit.request_guard import IF_VALID
from entrypoints.languages.documents import Phrase
from entrypoints.web.booking.appointment import INSTEAD, AppointmentPage, price_of
from entrypoints.web.booking.booker import Booker
from entrypoints.web.booking.flow import SUMMARY, Choice, address, first_incomplete
from entrypoints.web.booking.idea import ADD, TypedIdea
from entrypoints.web.booking.prepaid import NOTHING
from entrypoints.web.booking.prices import GIFT_CARD, SHOWN, SHOWN_CARD
from entrypoints.web.booking.series import SEEN, seen
from entrypoints.web.booking.summary import summary_page
from entrypoints.web.bookings.listed import BOOKED
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.kept import FORGOTTEN
from entrypoints.web.kit.legal import ACCEPTED, accepted_of
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.typed import moment_of
from entrypoints.web.kit.uploads import PICTURES, PictureDesk

_NEW: Final = "new"
_PRICE: Final = "price"
_NEWS: Final = {
    _PRICE: Phrase("The price has changed. Look at it before you book."),
    GIFT_CARD: Phrase("Look at what the gift card pays before you book."),
}


@get("/book/{provider_id:str}/summary", opt=IF_VALID)
async def show_summary(
    provider_id: FromPath[ProviderId], page: Injected[Page], booker: Injected[Booker]
) -> Response[Any]:
    """What is booked."""
    facts, choice = await booker.facts(provider_id), booker.choice(page.query)
    step = first_incomplete(choice, facts)
    if step is not SUMMARY or choice.slot is None or booker.actor is None:
        return page.see(address(step, choice, facts, page))
    own = await booker.own(provider_id, choice.slot)
    prepaid = await booker.prepaid(facts, choice, choice.slot) if own is None else NOTHING
    form = page.kept
    model = summary_page(
        choice,
        facts,
        choice.slot,
        page,
        csrf=booker.csrf,
        documents=booker.documents,
        missing=await booker.missing(),
        may_repeat=await booker.may_repeat(),
        accepted=form.get(ACCEPTED, ()),
        idea=TypedIdea.before(form),
        gift_card=said(form, GIFT_CARD),
        prepaid=prepaid,
    )
    lost = await _lost(own, facts, choice, choice.slot, booker)
    if lost is not None:
        others = await booker.near(facts, choice, choice.slot)
        return page.render(model.lost(lost, own, others, facts, page), public=False)
    order = booker.order(provider_id, choice, choice.slot, prepaid)
    if choice.repeats and choice.package not in {each.id for each in prepaid.packages}:
        order = replace(order, package_id=None)  # it has too few visits for all
    try:
        price, card = await _price_and_card(order, {} if page.refused else form, choice, booker, booker.actor)
        model = model.priced(price, page, card)
    except DomainError:
        model = await _priced(model, order, booker.actor, page, booker)
    if news := _NEWS.get(said(page.led, _NEW)):
        model = replace(model, error=page.say(news))
    return page.render(await _with_dates(model, order, choice, facts, page, booker), public=False)


@post(
    "/book/{provider_id:str}/summary",
    status_code=303,
    request_max_body_size=MOST_BYTES_OF_FILES,
    opt=IF_VALID | FORM_WITH_FILES | limited_as(UPLOADS),
)
async def book(
    provider_id: FromPath[ProviderId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    booker: Injected[Booker],
    pictures: Injected[PictureDesk],
) -> Response[Any]:
    """Add pictures, or book. If the time was lost, the summary offers the nearest others, and keeps one chosen."""
    form = form_of(request)
    facts, choice = await booker.facts(provider_id), booker.choice(form)
    step, instead, accepted = first_incomplete(choice, facts), moment_of(said(form, INSTEAD)), form.get(ACCEPTED, ())
    adds = instead is not None or bool(said(form, ADD))
    slot = instead or choice.slot
    if step is not SUMMARY or slot is None or booker.actor is None:
        return page.see(address(step, choice, facts, page))
    before = TypedIdea.before(form)
    stored = await pictures.store(files_of(request, PICTURES), Folder.IDEAS, booker.actor, kept=before.pictures)
    idea = replace(before, pictures=stored)
    missing, prepaid = await booker.missing(), await booker.prepaid(facts, choice, slot)
    show = partial(
        summary_page,
        facts=facts,
        page=page,
        csrf=booker.csrf,
        documents=booker.documents,
        missing=missing,
        may_repeat=await booker.may_repeat(),
        accepted=accepted,
        idea=idea,
        gift_card=said(form, GIFT_CARD),
        prepaid=prepaid,
    )
    try:
        if stored.error is not None:
            raise stored.error
        if instead is not None:
            choice = await booker.holding(provider_id, choice, instead, booker.actor)
        choice = replace(choice, slot=slot)
        order = booker.order(provider_id, choice, slot, prepaid)
        price, card = await _price_and_card(order, form, choice, booker, booker.actor)
        news = "" if adds else _not_shown(form, price, card)
        if adds or news or said(form, SEEN) != seen(choice):
            model = show(choice, start=slot).priced(price, page, card)
            model = await _with_dates(model, order, choice, facts, page, booker)
            fields = idea.fields() | {ACCEPTED: accepted, GIFT_CARD: said(form, GIFT_CARD), _NEW: news}
            return page.lead(model, address(SUMMARY, choice, facts, page), fields)
        command = replace(
            order,
            link_token=choice.link or None,
            portfolio_item_id=await booker.work(provider_id, choice),
            accepted=accepted_of(accepted),
            idea=idea.given(),
        )
        done = await _booked(command, card, choice, booker, booker.actor)
    except (SlotTaken, SlotNotOffered, SeriesNotPossible) as error:
        choice = replace(choice, slot=slot, hold=None, until=None)
        fields = idea.fields() | {ACCEPTED: accepted, GIFT_CARD: said(form, GIFT_CARD)}
        return page.lead(show(choice, start=slot).failed(error, page), address(SUMMARY, choice, facts, page), fields)
    except DomainError as error:
        choice = replace(choice, slot=slot)
        field = PICTURES if error is stored.error else ""
        order = booker.order(provider_id, choice, slot, prepaid)
        order = _without(order, error) if isinstance(error, DISCOUNT_ERRORS) else order
        model = await _priced(show(choice, start=slot), order, booker.actor, page, booker)
        model = await _with_dates(model, order, choice, facts, page, booker)
        at = address(SUMMARY, choice, facts, page).removeprefix(f"/{page.language}")
        return page.refuse(model.failed(error, page, field=field), error, at=at)
    return page.see(page.link(done), cookies=[FORGOTTEN])


async def _lost(
    own: Booking | None, facts: ProviderPage, choice: Choice, slot: datetime, booker: Booker
) -> DomainError | None:
    """Why the time cannot be booked: by themselves, or by somebody else. The dates of a series say it themselves."""
    if own is not None:
        return SlotTaken(start=slot, zone=facts.view.time_zone)
    return None if choice.repeats else await booker.lost(facts, choice, slot)


async def _priced(
    model: AppointmentPage, order: PlaceBooking, actor: Actor, page: Page, booker: Booker
) -> AppointmentPage:
    """The page with what the order costs, without discounts that do not count; as it is, if it cannot be booked."""
    try:
        return model.priced(await booker.price(order, actor), page)
    except DISCOUNT_ERRORS as error:
        return await _priced(model.failed(error, page), _without(order, error), actor, page, booker)
    except DomainError:
        return model


def _without(order: PlaceBooking, error: DomainError) -> PlaceBooking:
    """The order without the discount that the error is about."""
    if isinstance(error, PACKAGE_ERRORS):
        return replace(order, package_id=None)
    if isinstance(error, POINT_ERRORS):
        return replace(order, points=None)
    return replace(order, promotion_codes=())


async def _price_and_card(
    order: PlaceBooking, form: Form, choice: Choice, booker: Booker, actor: Actor
) -> tuple[PriceBreakdown, GiftCard | None]:
    """What the order costs, and the gift card that pays of it. Neither a request nor a series is paid at once."""
    price = await booker.price(order, actor)
    code = "" if choice.repeats or price.requested else said(form, GIFT_CARD)
    if not code:
        return price, None
    card = await booker.card(code, order, price.price, actor)
    return replace(price, gift_card=card.share(price.price)), card


def _not_shown(form: Form, price: PriceBreakdown, card: GiftCard | None) -> str:
    """What is otherwise than the form has shown it, as the name of its text; empty: nothing."""
    if said(form, SHOWN) not in {"", str(price.price.amount)}:
        return _PRICE
    if said(form, SHOWN_CARD) != ("" if card is None else str(price.gift_card.amount)):
        return GIFT_CARD
    return ""


async def _with_dates(  # noqa: PLR0917 - as its neighbours
    model: AppointmentPage, order: PlaceBooking, choice: Choice, facts: ProviderPage, page: Page, booker: Booker
) -> AppointmentPage:
    """The page, with all dates of an appointment that repeats, and what each costs as far as it can be booked."""
    series = None if choice.slot is None else await booker.series(facts, choice, choice.slot)
    if series is None or booker.actor is None:
        return model
    found = await booker.prices(order, (start for start, _ in series.dates), booker.actor)
    usual = price_of(choice, facts)
    return model.repeating(series, [usual if each is None else each for each in found], facts, page)


async def _booked(command: PlaceBooking, card: GiftCard | None, choice: Choice, booker: Booker, actor: Actor) -> str:
    """Book, and pay with the card; the address of what was booked."""
    if choice.repeats:
        await _place_series(command, choice, booker, actor)
        return f"/bookings?done={BOOKED}"
    place = partial(booker.executor.run, place_booking, actor=actor, session_id=booker.session_id)
    booking = await _placed(command, choice, place)
    if card is not None:
        await booker.pay(booking, card, actor)
    return f"/bookings/{booking.id}"


async def _place_series(command: PlaceBooking, choice: Choice, booker: Booker, actor: Actor) -> None:
    """Book all appointments, in place of the hold on the first, to which the idea belongs."""
    run, idea = partial(booker.executor.run, actor=actor, session_id=booker.session_id), command.idea
    await booker.release(choice, actor)
    first = replace(command, idea=None)
    bookings = await run(place_series, PlaceSeries(first=first, every_weeks=choice.every, times=choice.times))
    if idea is not None:
        await run(share_idea, ShareIdea(booking_id=bookings[0].id, idea=idea))


async def _placed(
    command: PlaceBooking, choice: Choice, place: Callable[[PlaceBooking], Awaitable[Booking]]
) -> Booking:
    """Book in place of the hold; if that has expired, the time may still be free."""
    if choice.hold is not None:
        with suppress(HoldNotFound):
            return await place(replace(command, hold_id=choice.hold))
    return await place(command)


handlers: Final = (show_summary, book)
