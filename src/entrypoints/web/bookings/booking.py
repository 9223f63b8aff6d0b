"""What the page of a booking shows: its state in a sentence, what to do next, and how to pay."""

from dataclasses import dataclass
from typing import ClassVar, Final

from segno import make

from booking_domain.bookings.available_actions import AvailableAction
from booking_domain.bookings.transitions import Status
from booking_domain.notifications.notices import LocalTime
from booking_domain.payments.model import Payment
from booking_domain.use_cases.bookings.queries import VisibleAppointment
from entrypoints.languages.documents import Phrase
from entrypoints.web.kit.pages import Page, PageModel

_STATES: Final = {
    Status.REQUESTED: (Phrase("Your request is sent"), Phrase("{provider} answers soon. You get a message.")),
    Status.PENDING: (Phrase("One step left: the deposit"), Phrase("Pay until {until}; then the time is yours.")),
    Status.CONFIRMED: (Phrase("It is booked"), Phrase("{provider} looks forward to seeing you.")),
    Status.COMPLETED: (Phrase("This appointment is over"), Phrase("Thank you for coming.")),
    Status.CANCELLED: (Phrase("This booking is cancelled"), Phrase("The time is free again.")),
    Status.EXPIRED: (Phrase("The time was not kept"), Phrase("The deposit did not arrive in time.")),
    Status.NO_SHOW: (Phrase("You were missed"), Phrase("{provider} waited for you.")),
}
_OTHER: Final = (Phrase("Your booking"), Phrase("{provider} has to look at it."))


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLink:
    """A link that opens the payment in the app of a bank."""

    name: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paying:
    """How an open payment is made."""

    amount: str
    qr: str
    """The dark modules of the QR code as a path of SVG; empty without one."""
    size: int
    banks: tuple[BankLink, ...]
    checkout: str


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
    address: str
    pay_action: str
    """Where the deposit is paid; empty: nothing is to be paid now."""
    csrf: str
    paying: Paying | None


def booking_page(
    seen: VisibleAppointment,
    can: frozenset[AvailableAction],
    payment: Payment | None,
    page: Page,
    *,
    csrf: str,
) -> BookingPage:
    """The page of a booking."""
    appointment, say, formats = seen.appointment, page.say, page.formats
    booking = appointment.booking
    title, text = _STATES.get(booking.status, _OTHER)
    payable = bool({AvailableAction.PAY_DEPOSIT, AvailableAction.PAY_BALANCE} & can)
    until = "" if booking.due_at is None else say.values.time(LocalTime(booking.due_at, booking.time_zone))
    return BookingPage(
        title=say(title),
        robots="noindex",
        text=say(text, provider=appointment.provider_name, until=until),
        good=booking.status is Status.CONFIRMED,
        when=say.values.time(LocalTime(booking.span.start, booking.time_zone)),
        provider=appointment.provider_name,
        provider_href=page.link(f"/providers/{booking.provider_id}"),
        services=", ".join(each.name for each in booking.services),
        reference=booking.reference,
        price=formats.money(booking.price),
        address=appointment.provider_address,
        pay_action=page.link(f"/bookings/{booking.id}/pay") if payable else "",
        csrf=csrf,
        paying=None if payment is None or not payable else _paying(payment, page),
    )


def _paying(payment: Payment, page: Page) -> Paying | None:
    invoice = payment.invoice
    if invoice is None:
        return None
    path, size = ("", 0) if not invoice.qr_text else _qr(invoice.qr_text)
    return Paying(
        amount=page.formats.money(payment.amount),
        qr=path,
        size=size,
        banks=tuple(BankLink(name=each.name, href=each.link) for each in invoice.deep_links),
        checkout=invoice.checkout_url if invoice.checkout_url.startswith("http") else "",
    )


def _qr(text: str) -> tuple[str, int]:
    """The path of the dark modules, and how many modules are in a row."""
    rows = [list(row) for row in make(text, micro=False).matrix_iter(border=2)]
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return "".join(dark), len(rows)
