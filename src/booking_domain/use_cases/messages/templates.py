"""All templates of messages, by a key that does not change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from typing import Final

from booking_domain.bookings.transitions import LatePayment, Status
from booking_domain.notifications.codes import CODE_NOTICES
from booking_domain.notifications.errors import MessageTemplateNotFound
from booking_domain.notifications.events import MessageTestRequested
from booking_domain.notifications.fields import COMMON_FIELDS, NoticeField, names_of
from booking_domain.notifications.notices import NoticeTemplate, NoticeValue
from booking_domain.notifications.overrides import MessageOverride, MessageTemplateFixed, override_id
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Details, Subject
from booking_domain.shared.errors import InvalidValue, NotPermitted
from booking_domain.shared.executor import Context, UseCase
from booking_domain.shared.ids import EventId
from booking_domain.shared.languages import LANGUAGES
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.use_cases.accounts import messages as notify_account
from booking_domain.use_cases.bookings import action_links
from booking_domain.use_cases.bookings import idea_messages as notify_ideas
from booking_domain.use_cases.catalogue import membership_messages as notify_memberships
from booking_domain.use_cases.catalogue import profile_messages as notify_profiles
from booking_domain.use_cases.disputes import messages as notify_disputes
from booking_domain.use_cases.messages import remind
from booking_domain.use_cases.messages.declared import MESSAGES
from booking_domain.use_cases.notices import bookings as booking_notices
from booking_domain.use_cases.notices.bookings import PartyNotices
from booking_domain.use_cases.payments import adjustment_messages as notify_adjustments
from booking_domain.use_cases.payments import authorisation_messages as notify_authorisations
from booking_domain.use_cases.payments import desk_messages as notify_desk
from booking_domain.use_cases.payments import earnings_messages as notify_earnings
from booking_domain.use_cases.payments import not_me_lines
from booking_domain.use_cases.payments import receipt_messages as notify_receipts
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.reconciliation import messages as notify_reconciliation
from booking_domain.use_cases.scheduling import waiting_messages as notify_waiting
from booking_domain.use_cases.webhooks import messages as notify_webhooks

_OF_PARTIES: Final[Mapping[str, PartyNotices]] = {
    **{event.topic: notices for event, notices in booking_notices.NOTICES.items()},
    "booking.requested": booking_notices.PLACED[Status.REQUESTED],
    "booking.pending_by_staff": booking_notices.PLACED_BY_STAFF[Status.PENDING],
    "booking.confirmed_by_staff": booking_notices.PLACED_BY_STAFF[Status.CONFIRMED],
    **{f"booking.not_revived.{why.value}": booking_notices.NOT_REVIVED[why] for why in LatePayment},
    "booking.time_changed": booking_notices.TIME_CHANGED,
    "booking.time_refused": booking_notices.TIME_REFUSED,
    "refund.made_by_gateway": booking_notices.REFUND_MADE_BY_GATEWAY,
}
_OTHERS: Final[Mapping[str, NoticeTemplate]] = {
    **{f"code.{purpose}": template for purpose, template in CODE_NOTICES.items()},
    "account.phone_changed": notify_account.PHONE_CHANGED,
    "account.email_changed": notify_account.EMAIL_CHANGED,
    "account.password_changed": notify_account.PASSWORD_CHANGED,
    "account.second_factor_changed": notify_account.SECOND_FACTOR_CHANGED,
    "account.identities_changed": notify_account.IDENTITIES_CHANGED,
    "account.sessions_ended": notify_account.SESSIONS_ENDED,
    "account.bank_account_changed": notify_account.BANK_ACCOUNT_CHANGED,
    "account.deleted": notify_account.ACCOUNT_DELETED,
    "account.calendar_link_revoked": notify_account.CALENDAR_LINK_REVOKED,
    "account.earlier_access_removed": notify_account.EARLIER_ACCESS_REMOVED,
    "account.contact_lost": notify_account.CONTACT_LOST,
    "account.device_remembered": notify_account.DEVICE_REMEMBERED,
    "account.passkey_added": notify_account.PASSKEY_ADDED,
    "account.passkey_removed": notify_account.PASSKEY_REMOVED,
    "account.email_undeliverable": notify_account.EMAIL_UNDELIVERABLE,
    "reminder.appointment": remind.APPOINTMENT,
    "reminder.deposit": remind.DEPOSIT,
    "reminder.answer": remind.ANSWER,
    "reminder.choice": remind.CHOICE,
    "reminder.balance": remind.BALANCE,
    "links.booking": action_links.LINKS,
    "links.not_me": not_me_lines.NOT_ME,
    "waitlist.offered": notify_waiting.OFFER,
    "idea.shared.to_provider": notify_ideas.TO_PROVIDER,
    "idea.shared.to_customer": notify_ideas.TO_CUSTOMER,
    "idea.deleted.by_other": notify_ideas.DELETED_BY_OTHER,
    "idea.deleted.by_admin": notify_ideas.DELETED_BY_ADMIN,
    "idea.deleted.of_other": notify_ideas.DELETED_OF_OTHER,
    "idea.image_deleted": notify_ideas.IMAGE_DELETED,
    "idea.image_deleted.of_other": notify_ideas.IMAGE_DELETED_OF_OTHER,
    **{f"{e.topic}.to_customer": each for e, each in notify_authorisations.TO_CUSTOMER.items()},
    **{f"{e.topic}.to_provider": each for e, each in notify_authorisations.TO_PROVIDER.items()},
    **{f"{e.topic}.to_admins": each for e, each in notify_authorisations.TO_ADMINS.items()},
    **{f"desk.paid.{method.value}": each for method, each in notify_desk.PAID.items()},
    "desk.voided": notify_desk.VOIDED,
    "desk.paid.to_owner": notify_desk.PAID_TO_OWNER,
    "desk.voided.to_owner": notify_desk.VOIDED_TO_OWNER,
    **{f"receipt.{kind.value}": each for kind, each in notify_receipts.ISSUED.items()},
    "ledger.added": notify_adjustments.ADDED,
    "ledger.deducted": notify_adjustments.DEDUCTED,
    "earnings.paid": notify_earnings.PAID,
    "earnings.returned": notify_earnings.RETURNED,
    "earnings.added": notify_earnings.ADDED,
    "earnings.taken": notify_earnings.TAKEN,
    "dispute.opened": notify_disputes.OPENED,
    "dispute.opened_by_other": notify_disputes.OPENED_BY_OTHER,
    "dispute.statement": notify_disputes.STATEMENT,
    "dispute.image_deleted": notify_disputes.IMAGE_DELETED,
    "dispute.image_deleted.of_other": notify_disputes.IMAGE_DELETED_OF_OTHER,
    "dispute.statement_due": notify_disputes.STATEMENT_DUE,
    "dispute.decision_due": notify_disputes.DECISION_DUE,
    "dispute.withdrawn": notify_disputes.WITHDRAWN,
    "dispute.withdrawn_by_other": notify_disputes.WITHDRAWN_BY_OTHER,
    **{
        f"dispute.{'refunded' if refunded else 'kept'}.{standing.value}": each
        for (refunded, standing), each in notify_disputes.RESOLVED.items()
    },
    "membership.invited": notify_memberships.INVITED,
    "membership.joined": notify_memberships.JOINED,
    **{f"membership.left.{was.value}": each for was, each in notify_memberships.LEFT.items()},
    **{f"membership.removed.{was.value}": each for was, each in notify_memberships.REMOVED.items()},
    "salon.deleted": notify_memberships.DELETED,
    **{f"profile.suspended.{cause.value}": each for cause, each in notify_profiles.SUSPENDED.items()},
    "profile.reinstated": notify_profiles.REINSTATED,
    "profile.reinstated_withdrawn": notify_profiles.REINSTATED_WITHDRAWN,
    "profile.corrected": notify_profiles.CORRECTED,
    "profile.deleted": notify_profiles.DELETED,
    "webhook.secret_of_earlier_kind": notify_webhooks.ROTATE,
    **{f"webhook.disabled.{because.value}": each for because, each in notify_webhooks.DISABLED.items()},
    "reconciliation.left_findings": notify_reconciliation.LEFT_FINDINGS,
    "reconciliation.delayed": notify_reconciliation.DELAYED,
    **{key: template for declared in MESSAGES for key, template in declared.templates.items()},
}


def _all() -> Iterator[tuple[str, NoticeTemplate]]:
    for key, notices in _OF_PARTIES.items():
        yield from ((f"{key}.to_{party.value}", template) for party, template in notices.templates())
    yield from _OTHERS.items()


MESSAGE_TEMPLATES: Final[Mapping[str, NoticeTemplate]] = dict(sorted(_all()))
"""By key, e.g. `booking.confirmed.to_customer`, in alphabetical order."""


NOTICE_FIELDS: Final[Mapping[str, NoticeField]] = {
    **COMMON_FIELDS,
    **{name: each for declared in MESSAGES for name, each in declared.fields.items()},
}
"""All fields that templates may name, by name."""
SAMPLES: Final[Mapping[str, NoticeValue]] = {name: field.sample for name, field in NOTICE_FIELDS.items()}
"""The sample values by name."""


def fields_of(template: NoticeTemplate) -> Mapping[str, NoticeField]:
    """Return the fields that a template names, by name, in alphabetical order.

    Raises:
        KeyError: a field is unknown.
        ValueError: a brace is not closed, or not opened.
    """
    return {name: NOTICE_FIELDS[name] for name in names_of(template)}


_FEWEST_LETTERS: Final = 3
_FIXED: Final = ("code.", "links.")
"""Messages whose texts cannot be changed: they carry secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateText:
    """A template in a language."""

    template_key: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteMessageOverride:
    """Write another text of a template in a language."""

    of: TemplateText
    subject: str
    text: str


def _override(command: WriteMessageOverride, now: datetime) -> MessageOverride:
    template = _overridable(command.of)
    key, language = command.of.template_key, command.of.language
    written = MessageOverride.written(key, template, language, subject=command.subject, text=command.text, now=now)
    _require_own_words(written.subject)
    return written


def _require_own_words(subject: str) -> None:
    """A subject says in words of the platform who speaks, before it quotes a user."""
    said = ""
    for literal, name, _, _ in Formatter().parse(subject):
        said += literal
        if name is not None and NOTICE_FIELDS[name].of_users and sum(map(str.isalpha, said)) < _FEWEST_LETTERS:
            raise InvalidValue(field="subject", problem="words of its own before a field that users write")


def _overridable(of: TemplateText) -> NoticeTemplate:
    template = MESSAGE_TEMPLATES.get(of.template_key)
    if template is None or of.language not in LANGUAGES:
        raise MessageTemplateNotFound
    if of.template_key.startswith(_FIXED):
        raise MessageTemplateFixed
    return template


async def _write(command: WriteMessageOverride, tx: Repositories, context: Context) -> MessageOverride:
    override = _override(command, context.now)
    await tx.message_overrides.put(override)
    context.note(_WRITTEN, details=_details(command.of))
    return override


async def _remove(of: TemplateText, tx: Repositories, context: Context) -> None:
    """Has no effect if there is none."""
    _overridable(of)
    await tx.message_overrides.remove(of.template_key, of.language)
    context.note(_REMOVED, details=_details(of))


async def _test(of: TemplateText, tx: Repositories, context: Context) -> None:
    _overridable(of)
    event = MessageTestRequested(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        user_id=context.actor.id,
        template_key=of.template_key,
        language=of.language,
    )
    await tx.outbox.put([event])


def _concerned_by(_: WriteMessageOverride, override: MessageOverride) -> Subject:
    return Subject("message_template", override.id)


def _concerned(of: TemplateText, _: None) -> Subject:
    return Subject("message_template", override_id(of.template_key, of.language))


def _details(of: TemplateText) -> Details:
    return {"templateKey": of.template_key, "language": of.language}


_WRITTEN: Final = "message_template.written"
_REMOVED: Final = "message_template.restored"


async def _list(actor: Actor) -> Mapping[str, NoticeTemplate]:
    authorise(actor, Permission.SEE_MESSAGE_TEMPLATES)
    return MESSAGE_TEMPLATES


async def _get(actor: Actor, key: str) -> NoticeTemplate:
    authorise(actor, Permission.SEE_MESSAGE_TEMPLATES)
    found = MESSAGE_TEMPLATES.get(key)
    if found is None:
        raise MessageTemplateNotFound
    return found


async def _preview(command: WriteMessageOverride, _: Repositories, context: Context) -> MessageOverride:
    """Return what would be stored."""
    return _override(command, context.now)


_ERRORS: Final = (MessageTemplateNotFound, MessageTemplateFixed)
list_message_templates: Final = Query(_list, (NotPermitted,))
get_message_template: Final = Query(_get, (MessageTemplateNotFound, NotPermitted))
preview_message_override: Final = UseCase(
    Permission.EDIT_MESSAGE_TEMPLATES, _preview, _concerned_by, raises=(*_ERRORS, InvalidValue)
)
write_message_override: Final = UseCase(
    Permission.EDIT_MESSAGE_TEMPLATES, _write, _concerned_by, raises=(*_ERRORS, InvalidValue)
)
remove_message_override: Final = UseCase(Permission.EDIT_MESSAGE_TEMPLATES, _remove, _concerned, raises=_ERRORS)
test_message_template: Final = UseCase(Permission.EDIT_MESSAGE_TEMPLATES, _test, _concerned, raises=_ERRORS)
