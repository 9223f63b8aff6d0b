"""What the page of a booking shows: its state in a sentence, what to do next, and how to pay."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final
from urllib.parse import urlencode

from booking_domain.bookings.available_actions import AvailableAction
from booking_domain.bookings.model import DISPUTABLE_FOR, Booking
from booking_domain.bookings.transitions import TO_COME, Party, Status
from booking_domain.notifications.model import Notification
from booking_domain.notifications.notices import LocalTime
from booking_domain.payments.model import Payment
from booking_domain.payments.receipts import Receipt, ReceiptKind
from booking_domain.shared.money import Money
from booking_domain.shared.slugs import slug_of
from booking_domain.use_cases.bookings.queries import VisibleAppointment
from entrypoints.languages.documents import Phrase
from entrypoints.web.bookings.desk import Acting
from entrypoints.web.bookings.move import moves_left
from entrypoints.web.components.choices import Choices
from entrypoints.web.components.notifications import Notifications
from entrypoints.web.components.pay import Pay
from entrypoints.web.components.pay_start import PayStart
from entrypoints.web.kit.forms import Fields, hidden
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.paying import Ways, card_script, pay_of
from entrypoints.web.kit.prices import price_rows
from entrypoints.web.notifications.listed import row_of

STATES: Final = {
    Status.REQUESTED: (Phrase("Your request is sent"), Phrase("{provider} answers soon. You get a message.")),
    Status.PENDING: (Phrase("One step left: the deposit"), Phrase("Pay until {until}; then the time is yours.")),
    Status.CONFIRMED: (Phrase("It is booked"), Phrase("{provider} looks forward to seeing you.")),
    Status.COMPLETED: (Phrase("This appointment is over"), Phrase("Thank you for coming.")),
    Status.CANCELLED: (Phrase("This booking is cancelled"), Phrase("The time is free again.")),
    Status.EXPIRED: (Phrase("The time was not kept"), Phrase("The deposit did not arrive in time.")),
    Status.DISPUTED: (Phrase("This booking is in dispute"), Phrase("We look at what both sides say, and decide.")),
    Status.NO_SHOW: (Phrase("You did not come"), Phrase("{provider} waited for you.")),
}
"""The title and a sentence for each status."""
DONE: Final = {
    "moved": Phrase("The booking is moved."),
    "accepted": Phrase("Thank you, that is agreed."),
    "declined": Phrase("You have declined; the booking stays as it was."),
    "paid": Phrase("Thank you, the gift card has paid."),
    "redeemed": Phrase("The points are used."),
    "reviewed": Phrase("Thank you for your review."),
}
"""What has just been done, by the word in the address."""
MOST_TOLD: Final = 20
"""How many of the messages about a booking its page shows."""
SLOT: Final = "slot"
PRICE: Final = "price"
MINUTES: Final = "minutes"
_RECEIPTS: Final = {
    ReceiptKind.RECEIPT: Phrase("Receipt {number} (PDF)"),
    ReceiptKind.CREDIT_NOTE: Phrase("Credit note {number} (PDF)"),
}
_API: Final = "/api/v1"
_MAPS: Final = "https://www.google.com/maps/search/"
ANSWERED: Final = (
    Phrase("Your request has an answer"),
    Phrase("{provider} offers something else. Now it is your turn."),
)
_OTHER: Final = (Phrase("Your booking"), Phrase("{provider} has to look at it."))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentState:
    """What a script shows once the payment is no longer open."""

    title: str
    text: str
    paying: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the provider's side offers, and waits for an answer to."""

    title: str
    facts: tuple[str, ...]
    fields: Fields
    accept: str
    """Where it is accepted."""
    decline: str
    """Where it is declined; empty: it cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingExtras:
    """What is read besides a booking: how to prepare, and what only who is signed in sees."""

    accent: str = ""
    preparation: tuple[str, ...] = ()
    receipts: Sequence[Receipt] = ()
    reviewed: bool = False
    disputed: bool = False
    """Whether there is a dispute, or was one."""
    redeemable: bool = False
    """Whether they have points that can be used on it."""
    told: Sequence[Notification] = ()
    """What they were told about it, the newest first."""


@dataclass(frozen=True, kw_only=True)
class BookingPage(PageModel):
    """A booking."""

    template: ClassVar = "bookings/booking.html"
    text: str
    good: bool
    when: str
    provider: str
    provider_href: str
    services: str
    reference: str
    price: str
    rows: tuple[tuple[str, str], ...]
    """What the price comes about from, if there are discounts."""
    paid: tuple[tuple[str, str], ...]
    """What of it is paid, is still to be, and is given back; empty: nothing was paid."""
    preparation: tuple[str, ...]
    """What to know before one comes."""
    address: str
    map: str
    """Where the address is on a map."""
    start: PayStart | None
    """How the payment begins, or another does; None: nothing is to be paid now."""
    sign_in: str
    """Where who follows a link can sign in and do more; empty: they have."""
    sign_in_text: str
    done: str
    """What has just happened."""
    error: str = ""
    """What was wrong with an answer."""
    offer: Offer | None
    actions: tuple[tuple[str, str], ...]
    """What else can be done: texts and addresses."""
    moves: str
    """How often it can still be moved; empty: nothing limits it."""
    calendars: tuple[tuple[str, str], ...]
    receipts: tuple[tuple[str, str], ...]
    told: Notifications | None
    dispute: str
    """Where what went wrong is told; empty: it cannot be."""
    dispute_until: str
    csrf: str
    paying: Pay | None
    state: str
    """Where a script asks whether it is paid."""
    by_card: str
    """Where it is paid by gift card; empty: it cannot be."""
    by_points: str
    """Where points are used on it; empty: there are none."""


_NO_EXTRAS: Final = BookingExtras()


def booking_page(
    acting: Acting,
    payment: Payment | None,
    page: Page,
    *,
    ways: Ways = (),
    extras: BookingExtras = _NO_EXTRAS,
    done: str = "",
) -> BookingPage:
    """The page of a booking; `ways`: how it can be paid, if there is a choice."""
    appointment, can, say, formats = acting.seen.appointment, acting.can, page.say, page.formats
    booking = appointment.booking
    offer = _offer(acting, page)
    title, text = STATES.get(booking.status, _OTHER)
    if offer is not None and waits_for_customer(acting.seen):
        title, text = ANSWERED
    payable = bool({AvailableAction.PAY_DEPOSIT, AvailableAction.PAY_BALANCE} & can)
    until = "" if booking.due_at is None else say.values.time(LocalTime(booking.due_at, booking.time_zone))
    deposit = AvailableAction.PAY_DEPOSIT in can
    rest = Phrase("Pay the rest: {amount}") if booking.paid + booking.desk_paid else Phrase("Pay {amount}")
    due = Phrase("Pay the deposit: {amount}") if deposit else rest
    disputable = AvailableAction.DISPUTE in can and acting.session_id is not None and not extras.disputed
    paying = None if payment is None or not payable else pay_of(payment.invoice, payment.amount, page)
    return BookingPage(
        title=say(title),
        card_script=card_script(paying, page),
        accent=extras.accent,
        robots="noindex",
        text=say(text, provider=appointment.provider_name, until=until),
        good=booking.status is Status.CONFIRMED,
        when=formats.span(booking.span, booking.time_zone),
        provider=appointment.provider_name,
        provider_href=page.link(f"/providers/{slug_of(appointment.provider_name, booking.provider_id)}"),
        services=page.say.values.listed(each.name for each in booking.services),
        reference=booking.reference,
        price=formats.money(booking.price),
        rows=price_rows(booking, page),
        paid=tuple(_paid(booking, page)),
        preparation=extras.preparation if booking.status in TO_COME else (),
        address=appointment.address,
        map=""
        if appointment.venue and not appointment.venue.address
        else f"{_MAPS}?{urlencode({'api': 1, 'query': appointment.address})}",
        start=PayStart(
            text=say(Phrase("Or pay another way")) if paying else say(due, amount=formats.money(due_of(acting))),
            action=page.link(f"{acting.path}/pay"),
            csrf=acting.csrf,
            ways=ways,
            switches=paying is not None,
        )
        if payable and (ways or paying is None)
        else None,
        sign_in=page.link("/sign-in", next=acting.path) if acting.session_id is None else "",
        sign_in_text=say(
            Phrase("Sign in to pay")
            if booking.status is Status.PENDING and not payable
            else Phrase("Sign in to see all of it")
        ),
        done=say(DONE[done]) if done in DONE else "",
        offer=offer,
        actions=tuple(_actions(acting, page, extras)),
        moves=moves_left(acting, page),
        calendars=tuple(_calendars(acting, page)) if acting.session_id is not None else (),
        receipts=tuple(
            (say(_RECEIPTS[each.kind], number=each.number), f"{_API}/receipts/{each.id}?format=pdf")
            for each in extras.receipts
        ),
        told=Notifications(rows=tuple(row_of(each, page, booking.time_zone) for each in extras.told))
        if extras.told
        else None,
        dispute=page.link(f"{acting.path}/dispute") if disputable else "",
        dispute_until=_at(booking.span.end + DISPUTABLE_FOR, booking, page),
        csrf=acting.csrf,
        paying=paying,
        state=page.link(f"{acting.path}/state"),
        by_card=page.link(f"{acting.path}/gift-card") if acting.pays_by_card else "",
        by_points=page.link(f"{acting.path}/points") if extras.redeemable else "",
    )


def waits_for_customer(seen: VisibleAppointment) -> bool:
    """Whether a request of theirs has an answer, which they accept or decline."""
    booking = seen.appointment.booking
    offered = bool(booking.offered_times) or booking.offered_until is not None
    return seen.party is Party.CUSTOMER and booking.status is Status.REQUESTED and offered


def due_of(acting: Acting) -> Money:
    """What they can pay now."""
    quote = acting.booking.quote
    return quote.deposit if AvailableAction.PAY_DEPOSIT in acting.can else quote.balance


def payment_state(acting: Acting, payment: Payment | None, page: Page) -> PaymentState:
    """The state of a booking for a script."""
    shown = booking_page(acting, payment, page)
    return PaymentState(title=shown.title, text=shown.text, paying=shown.paying is not None)


def _paid(booking: Booking, page: Page) -> Iterator[tuple[str, str]]:
    """The money that has moved, and what is due besides."""
    paid = booking.paid + booking.desk_paid
    over = booking.status in {Status.CANCELLED, Status.NO_SHOW}
    kept = paid - booking.refund_pending - booking.refunded if over else Money.zero(booking.price.currency)
    rows = (
        (Phrase("Paid"), paid),
        (Phrase("Reserved on your card"), booking.authorised),
        (Phrase("Still to pay"), booking.quote.now + booking.quote.later),
        (Phrase("On its way back to you"), booking.refund_pending),
        (Phrase("Given back to you"), booking.refunded),
        (Phrase("Not given back"), kept),
    )
    if paid or booking.authorised:
        yield from ((page.say(name), page.formats.money(amount)) for name, amount in rows if amount)


def _actions(acting: Acting, page: Page, extras: BookingExtras) -> Iterator[tuple[str, str]]:
    say, booking = page.say, acting.booking
    if AvailableAction.RESCHEDULE in acting.can:
        yield say(Phrase("Move")), page.link(f"{acting.path}/move")
    if AvailableAction.CANCEL in acting.can:
        yield say(Phrase("Cancel")), page.link(f"{acting.path}/cancel")
    mine = acting.session_id is not None and acting.seen.party is Party.CUSTOMER
    if mine and booking.status is Status.COMPLETED and not extras.reviewed:
        yield say(Phrase("Write a review")), page.link(f"{acting.path}/review")
    if extras.disputed:
        yield say(Phrase("See the dispute")), page.link(f"{acting.path}/dispute")
    if acting.session_id is not None:
        yield say(Phrase("Ideas")), page.link(f"{acting.path}/ideas")
    if booking.status not in TO_COME:
        yield say(Phrase("Book again")), page.link(f"/book/{booking.provider_id}")


def _calendars(acting: Acting, page: Page) -> Iterator[tuple[str, str]]:
    """Where the appointment can be noted, while it is to come."""
    appointment, say = acting.seen.appointment, page.say
    span = appointment.booking.span
    if appointment.booking.status not in TO_COME:
        return
    begin, end = (each.astimezone(UTC) for each in (span.start, span.end))
    yield say(Phrase("Apple, or a file")), f"{_API}{acting.path}/calendar.ics"
    google = {
        "action": "TEMPLATE",
        "text": appointment.provider_name,
        "dates": f"{begin:%Y%m%dT%H%M%SZ}/{end:%Y%m%dT%H%M%SZ}",
        "location": appointment.address,
    }
    yield "Google", f"https://calendar.google.com/calendar/render?{urlencode(google)}"
    outlook = {
        "subject": appointment.provider_name,
        "startdt": f"{begin:%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "location": appointment.address,
    }
    yield "Outlook", f"https://outlook.live.com/calendar/0/deeplink/compose?{urlencode(outlook)}"


def _offer(acting: Acting, page: Page) -> Offer | None:
    """What the customer can accept or decline now."""
    say, booking = page.say, acting.booking
    change = booking.pending_time_change
    accept = page.link(f"{acting.path}/accept")
    csrf = hidden("csrf", acting.csrf)
    if AvailableAction.ACCEPT_TIME in acting.can and change is not None:
        return Offer(
            title=say(Phrase("Is the new time all right?")),
            facts=(
                say(Phrase("It was {time}."), time=_at(change.agreed.start, booking, page)),
                say(Phrase("It is {time} now."), time=_at(booking.span.start, booking, page)),
            ),
            fields=(csrf, hidden(SLOT, booking.span.start.isoformat())),
            accept=accept,
            decline="",
        )
    if acting.seen.party is not Party.CUSTOMER or AvailableAction.ACCEPT not in acting.can:
        return None
    offered, facts = booking.offered_scope, []
    if offered.price != booking.price:
        values = {"price": page.formats.money(offered.price), "before": page.formats.money(booking.price)}
        facts.append(say(Phrase("The price is {price} instead of {before}."), **values))
    if offered.deposit != booking.deposit:
        facts.append(say(Phrase("The deposit is {deposit}."), deposit=page.formats.money(offered.deposit)))
    if offered.minutes != booking.minutes:
        facts.append(say(Phrase("It takes {length}."), length=page.formats.length(offered.minutes)))
    until = booking.offered_until or booking.due_at
    if until is not None:
        facts.append(say(Phrase("Answer until {until}."), until=_at(until, booking, page)))
    agreed = (hidden(PRICE, str(offered.price.amount)), hidden(MINUTES, str(offered.minutes)))
    times = tuple((each.isoformat(), _at(each, booking, page), "") for each in booking.offered_times)
    choice = (
        (Choices(name=SLOT, legend=say(Phrase("Offered times")), options=times, value=times[0][0]),) if times else ()
    )
    return Offer(
        title=say(Phrase("Choose one of these times")) if times else say(Phrase("Do you agree?")),
        facts=tuple(facts),
        fields=(csrf, *agreed, *choice),
        accept=accept,
        decline=page.link(f"{acting.path}/decline") if AvailableAction.DECLINE in acting.can else "",
    )


def _at(at: datetime, booking: Booking, page: Page) -> str:
    return page.say.values.time(LocalTime(at, booking.time_zone))
