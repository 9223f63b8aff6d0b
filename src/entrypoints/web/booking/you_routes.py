"""`/book/{provider}/you`: a visitor joins with a code to the phone; the chosen time is theirs for a while then."""

from dataclasses import dataclass, replace
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.identity.contacts import ContactInput
from booking_domain.identity.known_clients import ClientTrace
from booking_domain.identity.legal import AcceptedVersions, LegalDocument, LegalDocuments
from booking_domain.identity.model import UserStatus, require_length
from booking_domain.identity.names import MAX_NAME
from booking_domain.identity.one_time_codes import CodePurpose
from booking_domain.identity.security import Identity
from booking_domain.identity.sessions import Client
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.user_texts import require_plain_name
from booking_domain.use_cases.identity import own_account, sign_in
from booking_domain.use_cases.identity.legal import accept_documents
from booking_domain.use_cases.identity.sign_in import AccountDetails, Tokens
from booking_domain.use_cases.identity.sign_up import ProfileDetails
from entrypoints.http.kit.forms import FORM, Form, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import IF_VALID
from entrypoints.http.kit.session_modes import SessionMode
from entrypoints.web.booking.appointment import CODE, PHONE
from entrypoints.web.booking.booker import Booker
from entrypoints.web.booking.flow import SUMMARY, YOU, address, first_incomplete
from entrypoints.web.booking.you import NAME, Typed, you_page
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.kept import FORGOTTEN
from entrypoints.web.kit.legal import ACCEPTED, accepted_of
from entrypoints.web.kit.pages import Page
from entrypoints.web.session.sign_in import FACTORS, SECOND_FACTOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """Makes an account of a visitor, or signs in who has one, by a code to the phone."""

    identity: Identity
    client: Client
    client_trace: ClientTrace
    booker: Booker

    async def join(self, form: Form, page: Page) -> Tokens | None:
        """Send a code; with the code, sign in, or make an account. None: the code was sent."""
        typed, documents = typed_in(form), self.booker.documents
        contact, accepted = ContactInput(phone=typed.phone), _current(accepted_of(typed.accepted), documents)
        about = ProfileDetails(name=typed.name, locale=page.language)
        # Before a code is used: what is missing is asked for again, and the code with it.
        for moment in documents.required_for:
            documents.require(moment, accepted.items())
        if not said(form, CODE):
            require_length(NAME, typed.name, MAX_NAME)
            require_plain_name(typed.name, field=NAME)
            await own_account.start_sign_up(self.identity, contact, page.language, client_trace=self.client_trace)
            return None
        tokens = await sign_in.sign_in_with_code(
            self.identity,
            contact,
            said(form, CODE),
            client=self.client,
            client_trace=self.client_trace,
            second_factor=said(form, SECOND_FACTOR) or None,
            purpose=CodePurpose.SIGNUP,
        )
        if tokens.user.status is UserStatus.PENDING:
            return await sign_in.complete_profile(
                self.identity,
                tokens.user.actor,
                AccountDetails(about=about, role=Role.CUSTOMER, accepted=accepted),
                current=tokens.session_id,
                client=self.client,
                client_trace=self.client_trace,
            )
        if accepted:
            await self.booker.executor.run(accept_documents, accepted, actor=tokens.user.actor)
        return tokens


def provide_joining(
    identity: Injected[Identity],
    client: Injected[Client],
    client_trace: Injected[ClientTrace],
    booker: Injected[Booker],
) -> Joining:
    """Provide `joining`."""
    return Joining(identity=identity, client=client, client_trace=client_trace, booker=booker)


def typed_in(form: Form) -> Typed:
    """What a visitor has typed."""
    return Typed(
        name=said(form, NAME),
        phone=said(form, PHONE),
        accepted=form.get(ACCEPTED, ()),
        code_sent=CODE in form,
        second_factor=SECOND_FACTOR in form,
    )


def typed_again(form: Form, error: DomainError) -> Typed:
    """The same, with what the error asks for."""
    typed = typed_in(form)
    return replace(typed, second_factor=True) if isinstance(error, FACTORS) else typed


def typed_before(page: Page) -> Typed:
    """What a visitor has typed before they were led to this page, or came back to it."""
    refused = page.refused
    return replace(
        typed_in(page.kept),
        code_sent=bool(page.led) or CODE in refused,
        second_factor=SECOND_FACTOR in refused,
    )


@get("/book/{provider_id:str}/you", opt=IF_VALID)
async def show_you(provider_id: FromPath[ProviderId], page: Injected[Page], booker: Injected[Booker]) -> Response[Any]:
    """Who books; whoever is signed in is led on."""
    facts, choice = await booker.facts(provider_id), booker.choice(page.query)
    step = first_incomplete(choice, facts)
    if step is not YOU or choice.slot is None:
        return page.see(address(step, choice, facts, page))
    typed = typed_before(page)
    return page.render(you_page(choice, facts, choice.slot, typed, page, documents=booker.documents), public=False)


@post("/book/{provider_id:str}/you", status_code=303, opt=IF_VALID | FORM | limited_as(AUTH))
async def join(
    provider_id: FromPath[ProviderId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    booker: Injected[Booker],
    joining: Injected[Joining],
    session_mode: Injected[SessionMode],
) -> Response[Any]:
    """Send a code, or sign in with it and keep the time. If it was lost, the summary offers the nearest others."""
    form = form_of(request)
    facts, choice = await booker.facts(provider_id), booker.choice(form)
    step, typed, slot = first_incomplete(choice, facts), typed_in(form), choice.slot
    if step is not YOU or slot is None:
        return page.see(address(step, choice, facts, page))
    try:
        tokens = await joining.join(form, page)
    except DomainError as error:
        model = you_page(choice, facts, slot, typed_again(form, error), page, documents=booker.documents)
        return page.refuse(model.failed(error, page), error, at=page.path)
    if tokens is None:
        sent = replace(typed, code_sent=True)
        asked = you_page(choice, facts, slot, sent, page, documents=booker.documents)
        return page.lead(asked, address(YOU, choice, facts, page), typed.fields())
    try:
        choice = await booker.holding(provider_id, choice, slot, tokens.user.actor)
    except (SlotTaken, SlotNotOffered):
        choice = replace(choice, day=None, hold=None, until=None)
    return page.see(address(SUMMARY, choice, facts, page), cookies=(*session_mode.cookies(tokens), FORGOTTEN))


def _current(accepted: AcceptedVersions, documents: LegalDocuments) -> dict[LegalDocument, str]:
    """What was accepted of what is in force: a version that was replaced meanwhile is to be read again."""
    return {each: version for each, version in accepted.items() if version == documents.version_of(each)}


handlers: Final = (show_you, join)
