"""The table of docs/operate/retention.md: what is kept how long, from the constants and settings that decide it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from booking_domain.catalogue import invitation_links
from booking_domain.files.model import UNUSED_FOR
from booking_domain.identity.code_history import CODES_KEPT
from booking_domain.identity.contact_edits import RESTORABLE_FOR
from booking_domain.identity.known_clients import KNOWN_FOR
from booking_domain.identity.model import ERASED_AFTER, SIGN_UP_LIFE
from booking_domain.identity.passwords import WRONG_PASSWORDS_EXPIRE_AFTER
from booking_domain.identity.sessions import LOGINS_KEPT
from booking_domain.live import model as live
from booking_domain.payments.payer_cards import CARDS_KEPT
from booking_domain.shared import idempotency
from booking_domain.use_cases.notifications import commands as notifications
from booking_domain.use_cases.search.check import FINDINGS_KEPT
from booking_domain.use_cases.usage.counting import KEPT_DAYS
from entrypoints.settings.environment import variables_of, written
from entrypoints.settings.main import Settings

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
NOBODY: Final = "nobody"
OPERATOR: Final = "the operator, by the setting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long something is kept."""

    what: str
    why: str
    until: str
    after: timedelta | str | None = None
    """A time, or the variable of it in days; None: `until` says all."""
    job: str | None
    """The sweep or the periodic job of the worker that enforces it; None: nothing removes it."""
    longer: str = NOBODY
    """Who may keep it longer."""


RETENTIONS: Final = (
    Retention(
        what="an account and all personal data of it",
        why="the contract with its owner",
        after=ERASED_AFTER,
        until="after its deletion, later while a booking is to come, in dispute, or a refund is due",
        job="erase_due",
        longer="its owner, who asks an admin to restore it before",
    ),
    Retention(
        what="a sign-up that was not completed",
        why="to complete it",
        after=SIGN_UP_LIFE,
        until="after it began",
        job="erase_due",
    ),
    Retention(
        what="name, number and notes of a customer without an account",
        why="the next booking with the same provider",
        after="BOOKING_WALK_INS_KEPT_DAYS",
        until="after the last booking, or once the provider or an admin deletes them",
        job="delete_walk_ins",
        longer=OPERATOR,
    ),
    Retention(
        what="sessions",
        why="to stay signed in, and to recognise a stolen token",
        after="BOOKING_SESSION_DAYS",
        until="after they began, at the latest",
        job="expired sessions",
        longer=OPERATOR,
    ),
    Retention(
        what="the history of sign-ins",
        why="so that its owner recognises strangers",
        after=LOGINS_KEPT,
        until="after each",
        job="expired sessions",
    ),
    Retention(
        what="which codes were sent",
        why="to answer who says that none came",
        after=CODES_KEPT,
        until="after each",
        job="expired codes",
    ),
    Retention(
        what="wrong passwords that were counted",
        why="to slow guesses down",
        after=WRONG_PASSWORDS_EXPIRE_AFTER,
        until="after the last one",
        job="expired codes",
    ),
    Retention(
        what="a contact that an admin replaced",
        why="so that its owner can undo it",
        after=RESTORABLE_FOR,
        until="after the change",
        job="expired codes",
    ),
    Retention(
        what="devices that signed in, as digests",
        why="so that an attack does not lock their owner out",
        after=KNOWN_FOR,
        until="after the last sign-in",
        job="expired known clients",
    ),
    Retention(
        what="devices that need no second factor",
        why="their owner asked for it",
        after="BOOKING_REMEMBERED_DEVICE_DAYS",
        until="after the sign-in with the factor",
        job="expired remembered devices",
        longer=OPERATOR,
    ),
    Retention(
        what="answers under an idempotency key",
        why="to answer a repetition",
        after=idempotency.KEPT_FOR,
        until="after the request",
        job="stored responses",
    ),
    Retention(
        what="notifications and their messages",
        why="to read them in the app",
        after=notifications.KEPT_FOR,
        until="after each",
        job="forget_notifications",
    ),
    Retention(
        what="deliveries of webhooks",
        why="to repeat them, and to find errors",
        after="BOOKING_WEBHOOK_LOG_DAYS",
        until="after each",
        job="forget_webhooks",
        longer=OPERATOR,
    ),
    Retention(
        what="uploads that nothing uses",
        why="to attach them",
        after=UNUSED_FOR,
        until="after they were announced",
        job="files",
    ),
    Retention(
        what="live events",
        why="to continue a stream",
        after=live.KEPT_FOR,
        until="after each",
        job="old live events",
    ),
    Retention(
        what="visitors of booking links, as digests of a day",
        why="to count them once",
        until="two days",
        job="visitors of booking links",
    ),
    Retention(
        what="cards that accounts have paid with, as keyed digests",
        why="to refuse rewards of referrals between accounts of one person",
        after=CARDS_KEPT,
        until="after the last payment by each",
        job="cards of payers",
    ),
    Retention(
        what="links that invited to a salon",
        why="to say that one is over",
        after=invitation_links.KEPT_FOR,
        until="after its end",
        job="expired invitations of salons",
    ),
    Retention(
        what="wrong entries of search that were found",
        why="to find their cause",
        after=FINDINGS_KEPT,
        until="after each",
        job="check_search",
    ),
    Retention(
        what="counts of sign-ups, messages, requests and the like by day, which name nobody",
        why="to compare a year with the one before",
        after=timedelta(days=KEPT_DAYS),
        until="after the day",
        job="count_usage",
    ),
    Retention(
        what="blocked networks",
        why="to keep attackers out",
        until="until they expire or an admin lifts them",
        job="expired blocks of networks",
        longer="an admin",
    ),
    Retention(
        what="bookings, payments, refunds, receipts, ledgers, payouts",
        why="accounting and its law",
        until="as long as the platform; without names once their account is erased",
        job=None,
        longer="everybody who must",
    ),
    Retention(
        what="the audit log: ids, addresses, user agents",
        why="who did what",
        until="as long as the platform; a trigger refuses changes",
        job=None,
        longer="everybody who must",
    ),
    Retention(
        what="back-ups",
        why="to restore",
        after="BOOKING_BACKUP_DAYS",
        until="and at most a week; who was erased since is erased again by a restore",
        job=None,
        longer=OPERATOR,
    ),
)


def retention() -> str:
    """A row for each."""
    rows = (
        f"| {each.what} | {each.why} | {_length(each)} | {f'`{each.job}`' if each.job else ''} | {each.longer} |"
        for each in RETENTIONS
    )
    head = ("| what | why | how long | enforced by | who may keep it longer |", "|---|---|---|---|---|")
    return "\n".join((*head, *rows))


def _length(each: Retention) -> str:
    if isinstance(each.after, str):
        found = {variable.name: variable for variable, _ in variables_of(Settings())}[each.after]
        days = written(found.in_production, found.form.unit)
        return f"{days} days (`{each.after}`) {each.until}"
    return each.until if each.after is None else f"{_text(each.after)} {each.until}"


def _text(length: timedelta) -> str:
    """The time in its largest whole unit."""
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (timedelta(minutes=1), "minute")):
        if length >= unit and length % unit == timedelta():
            number = length // unit
            return f"{number} {name}{'' if number == 1 else 's'}"
    return str(length)
