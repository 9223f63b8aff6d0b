"""The lists of admins: filters, orders, pages and CSV files of bookings, payments and refunds."""

import csv
from io import StringIO
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from tests.unit.entrypoints.api import MONDAY_AT_TEN, Api, assert_problem
from tests.unit.features.bookings import EARLIER_TODAY
from tests.unit.features.refunds import cancelled_and_paid, entered

from booking_domain.payments.desk import DeskPaymentStatus
from booking_domain.payments.refunds import RefundStatus
from booking_domain.payments.transitions import PaymentStatus
from booking_domain.shared.audit import AuditFilter
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.platform.listings import TransactionStatus
from entrypoints.http.kit import csv_cells
from entrypoints.http.kit.csv_cells import PAGE

DEPOSIT = 2_000_000
LISTS = ("bookings", "transactions", "refund-transfers")


async def items(api: Api, admin: str, path: str) -> list[dict[str, Any]]:
    answer = await api.get(f"/admin/{path}", admin)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def ids(api: Api, admin: str, path: str) -> list[str]:
    return [item["id"] for item in await items(api, admin, path)]


async def a_week(api: Api) -> tuple[str, list[dict[str, Any]]]:
    """An admin, and three bookings: Monday 10:00, Monday 12:00 (cancelled), Monday 11:00 of another provider."""
    provider, provider_id = await api.open_provider()
    _, other_id = await api.open_provider()
    customer, other = await api.joined("customer"), await api.joined("customer")
    one = await api.booked(customer, provider_id)
    two = await api.booked(other, provider_id, MONDAY_AT_TEN.replace("T10", "T12"))
    three = await api.booked(customer, other_id, MONDAY_AT_TEN.replace("T10", "T11"))
    assert (await api.post(f"/bookings/{two['id']}/cancel", provider, json={})).status_code == 200
    return await api.an_admin(), [one, two, three]


async def test_bookings_are_filtered_with_the_names_of_both_parties(api: Api) -> None:
    admin, [one, two, three] = await a_week(api)
    for query, expected in (
        ("", [three, two, one]),
        ("status=cancelled", [two]),
        ("status=cancelled&status=pending&status=confirmed", [three, two, one]),
        (f"providerId={one['providerId']}", [two, one]),
        (f"customerId={one['customerId']}", [three, one]),
        (f"reference={two['reference']}", [two]),
        ("from=2026-11-23T03:00:00Z", [three, two]),
        ("to=2026-11-23T03:00:00Z", [one]),
        (
            f"from=2026-11-23T02:30:00Z&to=2026-11-23T03:30:00Z&providerId={three['providerId']}&status=confirmed",
            [three],
        ),
    ):
        assert await ids(api, admin, f"bookings?{query}") == [each["id"] for each in expected], query
    [shown] = await items(api, admin, f"bookings?reference={one['reference']}")
    assert (shown["providerName"], shown["customerName"], shown["status"]) == ("Studio", "Customer", "confirmed")


async def test_bookings_and_money_are_found_by_parts_of_references_names_contacts_and_numbers(api: Api) -> None:
    provider, provider_id = await api.open_provider()
    customer = await api.joined("customer")
    me = (await api.get("/users/me", customer)).json()
    async with api.container.database().begin() as tx:
        user = await tx.users.lock(UserId(UUID(me["id"])))
        assert user is not None
        await tx.users.save(user.changed(phone="+97699112233"))
    booked = await api.booked(customer, provider_id)
    walk_in = {"name": "Сараа", "phone": "88007755"}
    body = {"providerId": provider_id, "slot": MONDAY_AT_TEN.replace("T10", "T12"), "walkIn": walk_in}
    answer = await api.post("/bookings", provider, json=body)
    assert answer.status_code == 201, answer.text
    entered, admin = answer.json(), await api.an_admin()
    for text, expected in (
        (booked["reference"][3:].lower(), [booked]),
        ("BK-", [entered, booked]),
        ("сара", [entered]),
        ("7755", [entered]),
        ("۸۸۰۰۷۷", [entered]),
        ("9911 22", [booked]),
        ("2233", [booked]),
        ("nobody", []),
    ):
        found = await ids(api, admin, f"bookings?q={quote(text)}")
        assert found == [each["id"] for each in expected], text
        assert len((await api.get(f"/admin/bookings/export?q={quote(text)}", admin)).text.splitlines()) == 1 + len(
            found
        )
    assert await ids(api, admin, "users?q=2233") == [me["id"]]
    assert await ids(api, admin, f"bookings?q={me['email'][:-4]}") == [booked["id"]]
    own = (await api.get("/users/me", provider)).json()
    assert await ids(api, admin, f"bookings?q={own['email']}") == []  # the provider is not the walk-in
    assert len(await ids(api, admin, f"transactions?q={booked['reference']}")) == 0
    for path in ("transactions", "refund-transfers", "disputes"):
        assert await ids(api, admin, f"{path}?q=7755") == []
    problem = await api.get("/bookings?q=7755", provider)
    assert problem.status_code == 400, problem.text


async def test_bookings_are_sorted_by_creation_or_start_page_by_page(api: Api) -> None:
    admin, [one, two, three] = await a_week(api)
    for sort, expected in (
        ("newest", [three, two, one]),
        ("oldest", [one, two, three]),
        ("earliest_start", [one, three, two]),
        ("latest_start", [two, three, one]),
    ):
        read, path = [], f"bookings?sort={sort}&limit=2"
        page = (await api.get(f"/admin/{path}", admin)).json()
        read += page["items"]
        page = (await api.get(f"/admin/{path}&cursor={page['nextCursor']}", admin)).json()
        assert page.get("nextCursor") is None
        assert [each["id"] for each in read + page["items"]] == [each["id"] for each in expected], sort


async def test_payments_and_refunds_are_one_list(api: Api) -> None:
    _, _, booking = await cancelled_and_paid(api)
    _, _, other = await cancelled_and_paid(api)
    admin = await api.an_admin()
    moves = await items(api, admin, f"transactions?reference={booking['reference']}&sort=oldest")
    assert [(each["type"], each["status"], each["amount"], each["movedAmount"]) for each in moves] == [
        ("payment", "paid", DEPOSIT, DEPOSIT),
        ("refund", "refund_pending", DEPOSIT, 0),
    ]
    payment, refund = moves
    assert (payment.get("purpose"), payment.get("reason"), refund.get("purpose"), refund.get("reason")) == (
        "deposit",
        None,
        None,
        "cancellation",
    )
    assert payment["provider"] == {"id": booking["providerId"], "name": "Studio"}
    assert payment["customer"] == {"id": booking["customerId"], "name": "Customer"}
    mine = {payment["id"], refund["id"]}
    for query, expected in (
        (f"customerId={booking['customerId']}", mine),
        (f"providerId={booking['providerId']}&type=refund", {refund["id"]}),
        (f"customerId={booking['customerId']}&status=paid&status=failed", {payment["id"]}),
        (f"customerId={booking['customerId']}&gateway=qpay", mine),
        (f"customerId={booking['customerId']}&gateway=stripe", set()),
        (f"customerId={booking['customerId']}&amountFrom={DEPOSIT}&amountTo={DEPOSIT}", mine),
        (f"customerId={booking['customerId']}&amountFrom={DEPOSIT + 1}", set()),
        (f"customerId={booking['customerId']}&to=2020-01-01", set()),
        (f"customerId={booking['customerId']}&from=2020-01-01", mine),
    ):
        assert set(await ids(api, admin, f"transactions?{query}")) == expected, query
    everything = await ids(api, admin, "transactions?sort=highest")
    assert mine < set(everything)
    page = (await api.get("/admin/transactions?sort=highest&limit=3", admin)).json()
    rest = (await api.get(f"/admin/transactions?sort=highest&limit=3&cursor={page['nextCursor']}", admin)).json()
    assert [each["id"] for each in page["items"] + rest["items"]] == everything
    assert other["reference"] in {each["bookingReference"] for each in page["items"] + rest["items"]}


async def test_refund_transfers_are_filtered_by_status_party_amount_and_date(api: Api) -> None:
    customer, _, booking = await cancelled_and_paid(api)
    await cancelled_and_paid(api)
    await entered(api, customer)
    admin = await api.an_admin()
    [transfer] = await ids(api, admin, f"refund-transfers?bookingId={booking['id']}")
    for query, expected in (
        (f"providerId={booking['providerId']}", [transfer]),
        (f"customerId={booking['customerId']}&status=refund_pending", [transfer]),
        (f"customerId={booking['customerId']}&status=refunded", []),
        (f"reference={booking['reference']}&amountFrom=1&sort=highest", [transfer]),
        (f"reference={booking['reference']}&amountTo=1", []),
        (f"reference={booking['reference']}&from=2020-01-01", [transfer]),
        (f"reference={booking['reference']}&to=2020-01-01", []),
    ):
        assert await ids(api, admin, f"refund-transfers?{query}") == expected, query
    newest, oldest = [await ids(api, admin, f"refund-transfers?sort={sort}") for sort in ("newest", "oldest")]
    assert newest == oldest[::-1]


async def test_exports_hold_what_the_lists_hold(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    admin, [one, _, three] = await a_week(api)
    answer = await api.get("/admin/bookings/export?status=confirmed&sort=oldest", admin)
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="bookings.csv"'
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [row["id"] for row in rows] == [one["id"], three["id"]]
    assert (rows[0]["provider"], rows[0]["customer"], rows[0]["price"]) == ("Studio", "Customer", "0.00")

    await cancelled_and_paid(api)
    monkeypatch.setattr(csv_cells, "PAGE", 1)
    answer = await api.get("/admin/transactions/export?sort=oldest", admin)
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [(row["type"], row["amount"], row["moved"]) for row in rows] == [
        ("payment", "20000.00", "20000.00"),
        ("refund", "20000.00", "0.00"),
    ]
    assert PAGE > 1


async def test_reads_and_exports_are_in_the_audit_log(api: Api) -> None:
    admin = await api.an_admin()
    for path in ("bookings", "bookings/export", "transactions", "transactions/export"):
        assert (await api.get(f"/admin/{path}?from=2026-01-01", admin)).status_code == 200
    entries = await api.database.reads.audit_log.page(AuditFilter(limit=10_000, action="read"))
    read = {str(entry.details.get("what")) for entry in entries}
    assert {"GET /api/v1/admin/bookings/export", "GET /api/v1/admin/transactions/export"} <= read, read


async def test_lists_and_exports_are_for_admins(api: Api) -> None:
    for role in ("customer", "provider", "manager"):
        token = await api.joined(role)
        for path in (*LISTS, *(f"{each}/export" for each in LISTS)):
            assert_problem(await api.get(f"/admin/{path}", token), 403, "auth.not_permitted")


async def test_only_status_may_be_repeated(api: Api) -> None:
    admin = await api.an_admin()
    twice = await api.get("/admin/bookings?sort=newest&sort=oldest", admin)
    assert_problem(twice, 400, "validation.invalid_input", "/query/sort")
    assert_problem(await api.get("/admin/bookings?status=paid", admin), 400, "validation.invalid_input")
    assert_problem(
        await api.get("/admin/bookings?" + "&".join(["status=pending"] * 11), admin), 400, "validation.invalid_input"
    )


def test_a_transaction_has_the_statuses_of_payments_refunds_and_desk_payments() -> None:
    assert {status.value for status in TransactionStatus} == {
        *(status.value for status in PaymentStatus),
        *(status.value for status in RefundStatus),
        *(status.value for status in DeskPaymentStatus),
    }


async def test_what_a_walk_in_pays_is_listed_and_exported_under_the_walk_in_also_after_its_name_was_deleted(
    api: Api,
) -> None:
    admin = await api.an_admin()
    owner, provider_id = await api.open_provider(priceAmount=8_000_000)
    me = (await api.get("/users/me", owner)).json()["id"]
    booking = await api.booked(owner, provider_id, EARLIER_TODAY, walkIn={"name": "Saraa"})
    done = await api.patch(f"/bookings/{booking['id']}", owner, json={"status": "completed"})
    assert done.status_code == 200, done.text
    taken = await api.post(f"/bookings/{booking['id']}/desk-payments", owner, json={"method": "cash"})
    assert taken.status_code == 201, taken.text
    for name in ("Saraa", ""):
        [move] = await items(api, admin, "transactions")
        [listed] = await items(api, admin, "bookings")
        [own] = (await api.get("/payments", owner)).json()["items"]
        assert own == move
        assert move["customer"] == {"id": booking["id"], "name": name}
        assert (listed["customerId"], listed["customerName"]) == (booking["id"], name)
        for path in ("bookings", "transactions"):
            [row] = csv.DictReader(StringIO((await api.get(f"/admin/{path}/export", admin)).text, newline=""))
            assert row["customer"] == name
            assert await ids(api, admin, f"{path}?customerId={me}") == []
            assert len(await ids(api, admin, f"{path}?customerId={booking['id']}")) == 1
        deleted = await api.delete(f"/customers/{booking['id']}", owner)
        assert deleted.status_code == (204 if name else 404)
