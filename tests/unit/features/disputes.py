"""Disputes about bookings: opened, stated, withdrawn and resolved."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from tests.unit.entrypoints.api import Api
from tests.unit.features.bookings import completed, completed_booking
from tests.unit.features.declarations import (
    CANARY,
    PROVIDERS,
    Edit,
    Feature,
    Ids,
    Kind,
    Request,
    Row,
    World,
)

from booking_domain.bookings.transitions import Status
from booking_domain.disputes.model import (
    Dispute,
    DisputeId,
    Evidence,
    FinalBookingStatus,
    Resolution,
    StatementId,
    Verdict,
)
from booking_domain.shared.deadlines import Deadlines
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission, Relation
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories

REASON: Final = "Nobody was there."


async def disputable(world: World, who: str) -> Ids:
    """A completed booking of theirs: of a customer, or with the provider."""
    if who in PROVIDERS:
        return await completed(world, "other customer", who)
    return await completed(world, who)


async def dispute(world: World, who: str) -> Ids:
    """A dispute that is theirs."""
    booking = await disputable(world, who)
    opened = await world.done("POST", "/disputes", who, bookingId=booking["booking_id"], reason=REASON)
    return {"dispute_id": opened["id"]}


async def disputed(api: Api) -> tuple[str, str, dict[str, Any]]:
    """Customer, provider and the customer's dispute about a completed booking."""
    customer, provider, booking = await completed_booking(api)
    wish = {"bookingId": booking["id"], "reason": REASON, "evidence": [{"kind": "text", "text": "I waited."}]}
    answer = await api.post("/disputes", customer, json=wish)
    assert answer.status_code == 201, answer.text
    return customer, provider, answer.json()


async def new_dispute(api: Api) -> Request:
    customer, _, booking = await completed_booking(api)
    return customer, "/disputes", {"bookingId": booking["id"], "reason": REASON}


async def new_dispute_for(api: Api) -> Request:
    _, _, booking = await completed_booking(api)
    wish = {"bookingId": booking["id"], "reason": REASON, "initiatorId": booking["customerId"]}
    return await api.an_admin(), "/admin/disputes", wish


async def new_statement(api: Api) -> Request:
    customer, _, opened = await disputed(api)
    return customer, f"/disputes/{opened['id']}/statements", {"text": "I waited for an hour."}


async def withdrawal(api: Api) -> Edit:
    customer, _, opened = await disputed(api)
    path = f"/disputes/{opened['id']}"
    return Edit(customer, f"{path}/withdraw", {}, path, customer, again=False)


def decision(body: dict[str, Any]) -> Callable[[Api], Awaitable[Edit]]:
    async def request(api: Api) -> Edit:
        customer, _, opened = await disputed(api)
        return Edit(
            await api.an_admin(), f"/admin/disputes/{opened['id']}", body, f"/disputes/{opened['id']}", customer,
            again=False,
        )  # fmt: skip

    return request


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A dispute of each, with a statement of each, decided with a note."""
    for user in (cast.customer, cast.owner):
        booking = replace(make.booking(cast.profile, cast.customer), status=Status.COMPLETED)
        await tx.bookings.add(booking, [make.event(booking)])
        opened = Dispute.open(
            id=DisputeId(make.entropy.new_id()),
            booking_id=booking.id,
            provider_id=booking.provider_id,
            customer_id=booking.customer_id,
            provider_user_id=booking.provider_user_id,
            initiator_id=user.id,
            by_admin=False,
            booking_was=FinalBookingStatus.COMPLETED,
            reason=f"{CANARY} reason",
            now=NOW,
            deadlines=Deadlines(),
        )
        ids = (StatementId(make.entropy.new_id()),)
        evidence = (Evidence(text=f"{CANARY} text"),)
        stated, statements = opened.make_statement(evidence, (), by=user.id, ids=ids, now=NOW)
        verdict = Verdict(
            resolution=Resolution.NO_REFUND,
            refund=Money.zero("MNT"),
            booking_status=FinalBookingStatus.COMPLETED,
            note=f"{CANARY} note",
        )
        await tx.disputes.add(stated.resolve(verdict, NOW))
        await tx.disputes.add_statements(statements)


_SEE: Final = Permission.SEE_DISPUTES
_TAKE_PART: Final = Permission.TAKE_PART_IN_DISPUTES
_DECIDE: Final = Permission.DECIDE_ON_DISPUTES
DISPUTABLE: Final = Kind(disputable, relations=(Relation.PARTY,), seen_with=Permission.SEE_BOOKINGS)
DISPUTE: Final = Kind(dispute, relations=(Relation.PARTY,), seen_with=_SEE)
_STORED: Final = {"bookingId", "disputeId"}

FEATURE: Final = Feature(
    routes={
        "POST /disputes": Row(_TAKE_PART, DISPUTABLE, once=new_dispute),
        "GET /disputes": Row(_SEE),
        "GET /disputes/{dispute_id}": Row(_SEE, DISPUTE, tagged=True),
        "POST /disputes/{dispute_id}/statements": Row(_TAKE_PART, DISPUTE, once=new_statement),
        "POST /disputes/{dispute_id}/withdraw": Row(_TAKE_PART, DISPUTE, edit=withdrawal),
        "POST /admin/disputes": Row(_DECIDE, DISPUTABLE, example_refused=True, once=new_dispute_for),
        "GET /admin/disputes": Row(_DECIDE),
        "GET /admin/disputes/export": Row(_DECIDE),
        "GET /admin/disputes/{dispute_id}": Row(_DECIDE, DISPUTE),
        "PATCH /admin/disputes/{dispute_id}": Row(
            _DECIDE,
            DISPUTE,
            example_refused=True,
            edit=decision({"resolution": "no_refund", "bookingStatus": "completed"}),
        ),
    },
    permissions="""
        dispute.see          customer:party provider:party manager:party admin:any
        dispute.take_part    customer:party provider:party manager:party admin:party
        dispute.decide       admin:any
    """,
    events={
        "dispute.opened": _STORED,
        "dispute.statement_made": _STORED | {"side"},
        "dispute.image_deleted": _STORED | {"side"},
        "dispute.statement_due": _STORED,
        "dispute.decision_due": _STORED,
        "dispute.withdrawn": _STORED,
        "dispute.resolved": _STORED,
    },
    personal_data=personal_data,
)
