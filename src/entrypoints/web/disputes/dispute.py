"""The page of a dispute: its state in plain words, what was said, and what can be added; and the forms for that."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from booking_domain.disputes.model import FinalBookingStatus, Side, Statement
from booking_domain.disputes.transitions import DisputeAction, DisputeStatus
from booking_domain.files.model import Folder
from booking_domain.files.ports import ObjectLinks
from booking_domain.notifications.notices import LocalTime
from booking_domain.use_cases.disputes.commands import DisputeWithStatements
from entrypoints.languages.documents import Phrase
from entrypoints.web.bookings.cancel import booking_line
from entrypoints.web.bookings.desk import Acting
from entrypoints.web.components.field import Field
from entrypoints.web.disputes.opening import TEXT
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.pictures import Picture, private_picture_of
from entrypoints.web.kit.uploads import Stored, picture_fields

VERSION: Final = "version"
DONE: Final = {
    "opened": Phrase("Your dispute is open. The other side is asked for an answer."),
    "stated": Phrase("It is added. The other side is told."),
    "withdrawn": Phrase("You have withdrawn the dispute."),
}
"""What has just been done, by the word in the address."""
_OPEN: Final = Phrase("We look at what both sides say")
_WITHDRAWN: Final = Phrase("The dispute is withdrawn")
_DECIDED: Final = Phrase("We have decided")
_BOOKING_IS: Final = {
    FinalBookingStatus.CONFIRMED: Phrase("The booking is confirmed."),
    FinalBookingStatus.COMPLETED: Phrase("The appointment took place."),
    FinalBookingStatus.CANCELLED: Phrase("The booking is cancelled."),
    FinalBookingStatus.NO_SHOW: Phrase("The customer missed the appointment."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeStep:
    """Something that has happened."""

    at: str
    title: str
    text: str
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DisputePage(PageModel):
    """A dispute."""

    template: ClassVar = "disputes/dispute.html"
    lead: str
    facts: tuple[str, ...]
    done: str
    """What has just happened."""
    steps: tuple[DisputeStep, ...]
    actions: tuple[tuple[str, str], ...]
    """What can be done: texts and addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A dispute before one of its parties."""

    acting: Acting
    shown: DisputeWithStatements

    @property
    def side(self) -> Side | None:
        """The side of who looks."""
        return self.shown.view.dispute.side_of(self.acting.actor.id)

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"{self.acting.path}/dispute"

    @property
    def other(self) -> str:
        """The name of the other party."""
        return self.shown.view.provider_name if self.side is Side.CUSTOMER else self.shown.view.customer_name

    @property
    def asked(self) -> bool:
        """Whether the other side has written last."""
        last = self.shown.statements[-1].side if self.shown.statements else self.shown.view.dispute.opened_by
        return last is not self.side

    def can(self, action: DisputeAction) -> bool:
        """Whether who looks can do something now."""
        dispute = self.shown.view.dispute
        party = dispute.party(self.acting.actor.id)
        return party is not None and dispute.may(action, party)


def dispute_page(case: Case, page: Page, links: ObjectLinks, *, again: bool) -> DisputePage:
    """The page; `again`: another dispute can be opened."""
    say, done = page.say, page.asked("done")
    write = Phrase("Answer") if case.asked else Phrase("Add something")
    actions = (
        (write, f"{case.path}/statement", case.can(DisputeAction.STATE)),
        (Phrase("Withdraw the dispute"), f"{case.path}/withdraw", case.can(DisputeAction.WITHDRAW)),
        (Phrase("Open another dispute"), f"{case.path}/new", again),
        (Phrase("To the booking"), case.acting.path, True),
    )
    dispute = case.shown.view.dispute
    withdrawn = dispute.status is DisputeStatus.WITHDRAWN
    title = _WITHDRAWN if withdrawn else _OPEN if dispute.verdict is None else _DECIDED
    return DisputePage(
        title=say(title),
        robots="noindex",
        lead=booking_line(case.acting, page),
        facts=tuple(_facts(case, page)),
        done=say(DONE[done]) if done in DONE else "",
        steps=tuple(_steps(case, page, links)),
        actions=tuple((say(text), page.link(path)) for text, path, possible in actions if possible),
    )


def statement_page(case: Case, page: Page, text: str, kept: Stored) -> FormPage:
    """The form of a statement."""
    say = page.say
    return FormPage(
        title=say(Phrase("What do you answer?")) if case.asked else say(Phrase("What do you want to add?")),
        lead=booking_line(case.acting, page),
        action=page.link(f"{case.path}/statement"),
        fields=(
            hidden("csrf", case.acting.csrf),
            Field(
                name=TEXT,
                label=say(Phrase("Your answer")) if case.asked else say(Phrase("In your words")),
                hint=say(Phrase("The other side can read it, and see the pictures.")),
                value=text,
                multiline=True,
                required=True,
            ),
            *picture_fields(Folder.EVIDENCE, page, kept),
        ),
        button=say(Phrase("Add it")),
        links=((say(Phrase("Back")), page.link(case.path)),),
    )


def withdraw_page(case: Case, page: Page) -> FormPage:
    """Whether to withdraw the dispute."""
    say = page.say
    return FormPage(
        title=say(Phrase("Withdraw the dispute?")),
        lead=booking_line(case.acting, page),
        facts=(say(Phrase("We decide nothing then, and the booking is as it was before.")),),
        action=page.link(f"{case.path}/withdraw"),
        fields=(hidden("csrf", case.acting.csrf), hidden(VERSION, str(case.shown.view.dispute.version))),
        button=say(Phrase("Withdraw the dispute")),
        links=((say(Phrase("Back")), page.link(case.path)),),
    )


def _facts(case: Case, page: Page) -> Iterator[str]:
    """The state in plain words."""
    say, dispute = page.say, case.shown.view.dispute
    if dispute.status is DisputeStatus.WITHDRAWN:
        yield say(Phrase("The booking is as it was before."))
    elif dispute.verdict is not None:
        refund = dispute.verdict.refund
        if refund:
            yield say(Phrase("The customer gets {amount} back."), amount=page.formats.money(refund))
        else:
            yield say(Phrase("Nothing more is given back."))
        yield say(_BOOKING_IS[dispute.verdict.booking_status])
    else:
        heard = any(each.side is not dispute.opened_by for each in case.shown.statements)
        until = _at(dispute.statement_due_at, case, page)
        if not heard and case.side is dispute.opened_by:
            yield say(Phrase("{name} has until {until} to answer."), name=case.other, until=until)
        elif not heard:
            yield say(Phrase("Please answer until {until}."), until=until)
        yield say(Phrase("We decide until {until}."), until=_at(dispute.decision_due_at, case, page))
        yield say(Phrase("No money is paid out or given back before."))


def _steps(case: Case, page: Page, links: ObjectLinks) -> Iterator[DisputeStep]:
    """What has happened, the first first."""
    dispute = case.shown.view.dispute
    opened = (Phrase("You opened the dispute"), Phrase("{name} opened the dispute"))
    yield DisputeStep(
        at=_at(dispute.opened_at, case, page), title=_by(opened, dispute.opened_by, case, page), text=dispute.reason
    )
    for each in case.shown.statements:
        yield _said(each, case, page, links)
    if dispute.closed_at is not None:
        withdrew = (Phrase("You withdrew it"), Phrase("{name} withdrew it"))
        verdict = dispute.verdict
        yield DisputeStep(
            at=_at(dispute.closed_at, case, page),
            title=_by(withdrew, dispute.opened_by, case, page) if verdict is None else page.say(_DECIDED),
            text="" if verdict is None else verdict.note,
        )


def _said(statement: Statement, case: Case, page: Page, links: ObjectLinks) -> DisputeStep:
    title = _by((Phrase("You wrote"), Phrase("{name} wrote")), statement.side, case, page)
    return DisputeStep(
        at=_at(statement.created_at, case, page),
        title=title,
        text=statement.text,
        pictures=tuple(
            private_picture_of(file.as_image, links, alt=page.say(Phrase("Picture: {title}"), title=title))
            for file in case.shown.images.get(statement.id, ())
        ),
    )


def _by(texts: tuple[Phrase, Phrase], side: Side, case: Case, page: Page) -> str:
    mine, theirs = texts
    return page.say(mine) if side is case.side else page.say(theirs, name=case.other)


def _at(at: datetime, case: Case, page: Page) -> str:
    return page.say.values.time(LocalTime(at, case.acting.booking.time_zone))
