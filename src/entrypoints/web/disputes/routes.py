"""The dispute about a booking: open it, read it, answer, withdraw."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.bookings.available_actions import AvailableAction
from booking_domain.disputes.model import MAX_DISPUTES, Evidence
from booking_domain.disputes.ports import DisputeFilter
from booking_domain.disputes.transitions import DisputeAction, DisputeStatus
from booking_domain.files.model import Folder
from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.errors import DomainError, StaleVersion
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import BookingId
from booking_domain.use_cases.disputes.commands import (
    MakeStatement,
    OpenDispute,
    WithdrawDispute,
    make_statement,
    open_dispute,
    withdraw_dispute,
)
from booking_domain.use_cases.disputes.queries import get_dispute, list_own_disputes
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM, FORM_WITH_FILES, MOST_BYTES_OF_FILES, files_of, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import UPLOADS, limited_as
from entrypoints.web.bookings.desk import Acting, BookingDesk
from entrypoints.web.disputes.dispute import VERSION, Case, dispute_page, statement_page, withdraw_page
from entrypoints.web.disputes.opening import TEXT, Complaint, opening_page, takes_sides
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.typed import number_of
from entrypoints.web.kit.uploads import PICTURES, PictureDesk, Stored, field_of, kept_pictures

_AT: Final = "/bookings/{booking_id:str}/dispute"
_WITH_PICTURES: Final = FORM_WITH_FILES | limited_as(UPLOADS)
_NEW: Final = f"{_AT}/new"


class DisputeDesk:
    """Opens the disputes about bookings for who is signed in."""

    def __init__(self, desk: BookingDesk, reads: Reads) -> None:
        self._desk = desk
        self._reads = reads

    async def open(self, booking_id: BookingId) -> tuple[Acting, Case | None, bool]:
        """The booking, its last dispute of which who looks is a party, and whether another one can be opened."""
        acting = await self._desk.open(booking_id)
        wanted = DisputeFilter(party_id=acting.actor.id, booking_id=booking_id)
        found = [each.dispute for each in await list_own_disputes(acting.actor, wanted, self._reads.disputes)]
        possible = (
            takes_sides(acting)
            and AvailableAction.DISPUTE in acting.can
            and all(each.status is DisputeStatus.WITHDRAWN for each in found)
            and sum(not each.by_admin for each in found) < MAX_DISPUTES
        )
        if not found:
            return acting, None, possible
        shown = await get_dispute(acting.actor, found[0].id, self._reads)
        return acting, Case(acting=acting, shown=shown), possible

    async def case(self, booking_id: BookingId, action: DisputeAction) -> Case | None:
        """The dispute, if who looks can do this with it."""
        _, case, _ = await self.open(booking_id)
        return case if case is not None and case.can(action) else None


def provide_dispute_desk(desk: Injected[BookingDesk], reads: Injected[Reads]) -> DisputeDesk:
    """Provide `disputes`."""
    return DisputeDesk(desk, reads)


@get(_AT)
async def show_dispute(
    booking_id: FromPath[BookingId],
    page: Injected[Page],
    *,
    disputes: Injected[DisputeDesk],
    object_storage: Injected[ObjectLinks],
) -> Response[Any]:
    """The dispute about the booking; without one, the form to open it."""
    acting, case, possible = await disputes.open(booking_id)
    if case is None:
        return page.see(page.link(f"{acting.path}/dispute/new" if possible else acting.path))
    return page.render(dispute_page(case, page, object_storage, again=possible), public=False)


@get(_NEW)
async def show_opening(
    booking_id: FromPath[BookingId], page: Injected[Page], disputes: Injected[DisputeDesk]
) -> Response[Any]:
    """The form to open a dispute."""
    acting, case, possible = await disputes.open(booking_id)
    if not possible:
        return page.see(page.link(acting.path if case is None else case.path))
    return page.render(opening_page(acting, page, Complaint(), kept_pictures(page.refused)), public=False)


@post(_NEW, status_code=303, opt=_WITH_PICTURES, request_max_body_size=MOST_BYTES_OF_FILES)
async def open_a_dispute(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    disputes: Injected[DisputeDesk],
    pictures: Injected[PictureDesk],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Open it, with the first statement."""
    acting, _, possible = await disputes.open(booking_id)
    path = f"{acting.path}/dispute"
    if not possible:
        return page.see(page.link(path))
    complaint = Complaint.of(form_of(request))
    missing = complaint.missing(acting)
    stored = await _stored(request, acting, pictures)
    shown = opening_page(acting, page, complaint, stored)
    try:
        if missing is not None:
            raise missing
        if stored.error is not None:
            return page.refuse(shown.failed(stored.error, page, field=PICTURES), stored.error, at=page.path)
        command = OpenDispute(
            booking_id=booking_id,
            reason=complaint.in_words(acting, page),
            evidence=(Evidence(text=complaint.text, file_ids=stored.file_ids),),
        )
        await executor.run(open_dispute, command, actor=acting.actor, session_id=acting.session_id)
    except DomainError as error:
        return page.refuse(shown.failed(error, page, field=field_of(error)), error, at=page.path)
    return page.see(page.link(path, done="opened"))


@get(f"{_AT}/statement")
async def show_statement(
    booking_id: FromPath[BookingId], page: Injected[Page], disputes: Injected[DisputeDesk]
) -> Response[Any]:
    """The form of a statement."""
    case = await disputes.case(booking_id, DisputeAction.STATE)
    if case is None:
        return page.see(page.link(f"/bookings/{booking_id}/dispute"))
    return page.render(statement_page(case, page, "", kept_pictures(page.refused)), public=False)


@post(f"{_AT}/statement", status_code=303, opt=_WITH_PICTURES, request_max_body_size=MOST_BYTES_OF_FILES)
async def make_a_statement(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    disputes: Injected[DisputeDesk],
    pictures: Injected[PictureDesk],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Add a statement with its pictures."""
    case = await disputes.case(booking_id, DisputeAction.STATE)
    if case is None:
        return page.see(page.link(f"/bookings/{booking_id}/dispute"))
    acting, text = case.acting, said(form_of(request), TEXT)
    stored = await _stored(request, acting, pictures)
    shown = statement_page(case, page, text, stored)
    if stored.error is not None:
        return page.refuse(shown.failed(stored.error, page, field=PICTURES), stored.error, at=page.path)
    try:
        command = MakeStatement(
            dispute_id=case.shown.view.dispute.id, evidence=Evidence(text=text, file_ids=stored.file_ids)
        )
        await executor.run(make_statement, command, actor=acting.actor, session_id=acting.session_id)
    except DomainError as error:
        return page.refuse(shown.failed(error, page, field=field_of(error)), error, at=page.path)
    return page.see(page.link(case.path, done="stated"))


@get(f"{_AT}/withdraw")
async def show_withdraw(
    booking_id: FromPath[BookingId], page: Injected[Page], disputes: Injected[DisputeDesk]
) -> Response[Any]:
    """Whether to withdraw it."""
    case = await disputes.case(booking_id, DisputeAction.WITHDRAW)
    if case is None:
        return page.see(page.link(f"/bookings/{booking_id}/dispute"))
    return page.render(withdraw_page(case, page), public=False)


@post(f"{_AT}/withdraw", status_code=303, opt=FORM)
async def withdraw(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    disputes: Injected[DisputeDesk],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Withdraw it; what was said meanwhile is shown first."""
    case = await disputes.case(booking_id, DisputeAction.WITHDRAW)
    if case is None:
        return page.see(page.link(f"/bookings/{booking_id}/dispute"))
    command = WithdrawDispute(
        dispute_id=case.shown.view.dispute.id, expected_version=number_of(said(form_of(request), VERSION))
    )
    try:
        await executor.run(withdraw_dispute, command, actor=case.acting.actor, session_id=case.acting.session_id)
    except StaleVersion as error:
        return page.refuse(withdraw_page(case, page).failed(error, page), error, at=page.path)
    return page.see(page.link(case.path, done="withdrawn"))


async def _stored(request: Request[Any, Any, Any], acting: Acting, pictures: PictureDesk) -> Stored:
    kept = kept_pictures(form_of(request))
    return await pictures.store(files_of(request, PICTURES), Folder.EVIDENCE, acting.actor, kept=kept)


handlers: Final = (
    show_dispute,
    show_opening,
    open_a_dispute,
    show_statement,
    make_a_statement,
    show_withdraw,
    withdraw,
)
