"""Reconciliation: runs and findings, for admins."""

from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import CANARY, Edit, Feature, Ids, Kind, Request, Row, World

from booking_domain.bookings.transitions import Status
from booking_domain.payments.ports import InvoiceOrder
from booking_domain.reconciliation.model import (
    Finding,
    FindingId,
    FindingKind,
    FindingStatus,
    Run,
    RunId,
)
from booking_domain.shared.ids import BookingId, PaymentId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.use_cases.reconciliation.reconcile import reconcile
from entrypoints.http.reconciliation import CLOSE

REQUEST: Final = {"day": "2026-11-22"}


async def stranger_paid(api: Api, amount: int = 20_000) -> str:
    """The id of an invoice that the platform does not know, and that was paid."""
    order = InvoiceOrder(
        payment_id=PaymentId(Builder(len(api.gateway.bills)).entropy.new_id()),
        booking_id=BookingId(Builder(0).entropy.new_id()),
        order_number=f"another-system-{len(api.gateway.bills)}",
        amount=Money.of(amount, "MNT"),
        description="?",
        payable_until=None,
    )
    invoice = await api.gateway.create_invoice(order)
    assert api.gateway.pay(invoice.reference, order.amount)
    return invoice.reference


async def requested(api: Api, admin: str) -> str:
    """The id of a new run."""
    answer = await api.post("/admin/reconciliation/runs", admin, json=REQUEST)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def carried_out(api: Api, run_id: str) -> None:
    """Execute the run, as the worker does."""
    container = api.container
    await reconcile(
        RunId(UUID(run_id)),
        reads=container.reads(),
        executor=container.executor(),
        gateways=container.gateways(),
    )


async def found(api: Api, admin: str, amount: int = 20_000) -> dict[str, Any]:
    """A new open finding."""
    invoice = await stranger_paid(api, amount)
    await carried_out(api, await requested(api, admin))
    listed = (await api.get("/admin/reconciliation", admin)).json()["items"]
    return next(each for each in listed if each["invoiceReference"] == invoice)


async def run(world: World, _: str) -> Ids:
    return {"run_id": await requested(world.api, await world.api.an_admin())}


async def finding(world: World, _: str) -> Ids:
    return {"finding_id": (await found(world.api, await world.api.an_admin()))["id"]}


async def new_run(api: Api) -> Request:
    return await api.an_admin(), "/admin/reconciliation/runs", dict(REQUEST)


async def closing(api: Api) -> Edit:
    admin = await api.an_admin()
    path = f"/admin/reconciliation/{(await found(api, admin))['id']}"
    return Edit(admin, f"{path}/close", CLOSE, path, admin, again=False)


def a_run(make: Builder, gateway: str = "qpay") -> Run:
    """A run that waits."""
    return Run(
        id=RunId(make.entropy.new_id()),
        gateway=gateway,
        day=date(2026, 11, 21),
        zone="Asia/Ulaanbaatar",
        retry_at=NOW,
        created_at=NOW,
    )


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """Findings of a booking of each, with a note."""
    made = a_run(make)
    await tx.reconciliation.add_run(made)
    for customer in (cast.customer, cast.owner):
        booking = replace(make.booking(cast.profile, customer), status=Status.COMPLETED)
        await tx.bookings.add(booking, [make.event(booking)])
        written = Finding(
            id=(finding_id := FindingId(make.entropy.new_id())),
            run_id=made.id,
            gateway="qpay",
            kind=FindingKind.AMOUNT_DIFFERS,
            status=FindingStatus.CLOSED,
            reference=finding_id.hex,
            invoice_reference=finding_id.hex,
            reported=Money.of(1, "MNT"),
            counted=Money.zero("MNT"),
            paid_at=NOW,
            payment_id=None,
            booking_id=booking.id,
            settled_at=NOW,
            created_at=NOW,
        )
        await tx.reconciliation.add(replace(written, note=f"{CANARY} note"))


RUN: Final = Kind(run)
FINDING: Final = Kind(finding)

FEATURE: Final = Feature(
    routes={
        "GET /admin/reconciliation": Row(Permission.RECONCILE),
        "GET /admin/reconciliation/export": Row(Permission.RECONCILE),
        "GET /admin/reconciliation/runs": Row(Permission.RECONCILE),
        "POST /admin/reconciliation/runs": Row(Permission.RECONCILE, once=new_run),
        "GET /admin/reconciliation/runs/{run_id}": Row(Permission.RECONCILE, RUN, tagged=True),
        "GET /admin/reconciliation/{finding_id}": Row(Permission.RECONCILE, FINDING, tagged=True),
        "POST /admin/reconciliation/{finding_id}/close": Row(Permission.RECONCILE, FINDING, edit=closing),
    },
    permissions="reconciliation.manage admin:any",
    events={f"reconciliation.{past}": {"runId"} for past in ("requested", "delayed", "left_findings")},
    personal_data=personal_data,
)
