"""A studio, a salon, a customer and an admin do their work in each language; every message is in that of its reader."""

import re
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from tests.acceptance.people import DEPOSIT, PRICE, Person, check_out, done, people, wait_for_status
from tests.acceptance.product import Product, eventually
from tests.unit.effort import sampled

from booking_domain.shared.actor import Role

NAMES: Final = {
    "en": {"studio": "Blue Ink", "salon": "North", "service": "Small piece", "reason": "The artist is ill."},
    "mn": {"studio": "Хас тату", "salon": "Хойд", "service": "Жижиг зураг", "reason": "Зураач өвчтэй."},
    "fa": {"studio": "سالن گل", "salon": "شمال", "service": "طرح کوچک", "reason": "هنرمند بیمار است."},
}
_FOREIGN: Final = {
    "en": re.compile(r"[\u0400-\u04ff\u0600-\u06ff]"),
    "mn": re.compile(r"[\u0600-\u06ff]|\b(?:the|your|you|has|is|booking|UTC)\b", re.IGNORECASE),
    "fa": re.compile(r"[\u0400-\u04ff]|\b(?:the|your|you|has|is|booking|UTC)\b", re.IGNORECASE),
}
"""What no text in this language has: letters of another script, words of English, instants."""
ALWAYS: Final = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in range(7)]
_LINK: Final = re.compile(r"https?://\S+")


class Company:
    """The people of a journey, who all read one language, and the messages that the product sent to them."""

    def __init__(self, product: Product, language: str) -> None:
        self.product = product
        self.language = language
        self.says = NAMES[language]
        self.seen: set[str] = set()
        roles = (Role.PROVIDER, Role.MANAGER, Role.CUSTOMER, Role.ADMIN)
        self.provider, self.manager, self.customer, self.admin = (people(product, role, 1)[0] for role in roles)
        for each in (self.provider, self.manager, self.customer, self.admin):
            done(each.ask("PATCH", "/users/me", json={"locale": language}))
        product.sql("UPDATE users SET email_verified_at = now() WHERE id = %s RETURNING id", self.manager.id)

    def news(self, person: Person, topic: str) -> dict[str, Any]:
        """The next notification of this type, which no other journey and no earlier step has brought."""

        def look() -> dict[str, Any] | None:
            items = person.get("/notifications?limit=50")["items"]
            return next((each for each in items if each["type"] == topic and each["id"] not in self.seen), None)

        found = eventually(look, what=f"news of {topic}")
        assert found is not None
        self.seen.add(found["id"])
        written = _LINK.sub("", f"{found['subject']}\n{found['text']}")
        assert not _FOREIGN[self.language].search(written), written
        assert "{" not in written
        return found

    def refusal(self, person: Person, method: str, path: str, **request: Any) -> dict[str, Any]:
        """The problem of a request that is refused, in the language of the caller."""
        answer = person.ask(method, path, **request)
        problem: dict[str, Any] = answer.json()
        assert 400 <= answer.status_code < 500, answer.text
        for text in (problem["title"], problem["detail"], *(each["message"] for each in problem.get("errors", ()))):
            assert not _FOREIGN[self.language].search(text), text
        return problem


@pytest.fixture(scope="module", params=sampled(sorted(NAMES, reverse=True), every=3))
def company(request: pytest.FixtureRequest, product: Product) -> Company:
    return Company(product, request.param)


def test_everyone_ends_their_journey_well_and_reads_their_language(company: Company) -> None:
    provider_id = a_studio_is_checked_and_approved(company)
    slots = a_salon_takes_the_studio_in(company, provider_id)
    booking = a_customer_books_pays_and_moves(company, provider_id, slots)
    the_manager_cancels_and_the_customer_knows_why(company, booking)
    an_admin_finds_and_suspends_the_studio(company, provider_id)


def a_studio_is_checked_and_approved(company: Company) -> str:
    """The provider is told what is missing and why a profile is rejected, and is approved at last."""
    provider, says = company.provider, company.says
    terms = {"depositAmount": DEPOSIT, "priceAmount": PRICE, "timeZone": "Asia/Ulaanbaatar"}
    provider_id = str(provider.post("/providers/me", {"displayName": says["studio"], **terms})["id"])
    assert provider.get("/providers/me")["missing"] == ["opening_hours"]
    company.refusal(provider, "POST", "/providers/me/submit")
    done(provider.ask("PUT", "/availability/rules", json={"rules": ALWAYS}))
    company.refusal(provider, "PUT", "/availability/rules", json={"rules": [*ALWAYS, ALWAYS[0]]})
    service = {"name": says["service"], "durationMinutes": 60, "priceAmount": PRICE, "depositAmount": DEPOSIT}
    provider.post("/services", service)
    for approved in (False, True):
        provider.post("/providers/me/submit")
        company.news(company.admin, "provider.submitted")
        decision = {"approved": approved} if approved else {"approved": approved, "note": says["reason"]}
        done(company.admin.ask("PATCH", f"/admin/providers/{provider_id}/approve", json=decision))
        told = company.news(provider, "provider.approved" if approved else "provider.rejected")
        assert approved or says["reason"] in told["text"]
    return provider_id


def a_salon_takes_the_studio_in(company: Company, provider_id: str) -> list[str]:
    """The manager invites the provider, who is told, and accepts; returns the free slots."""
    manager, says = company.manager, company.says
    salon = manager.post("/salons", {"name": says["salon"], "timeZone": "Asia/Ulaanbaatar"})
    done(manager.ask("PUT", f"/salons/{salon['id']}/hours", json={"rules": ALWAYS}))
    manager.post(f"/salons/{salon['id']}/members", {"providerId": provider_id})
    company.news(company.provider, "salon.invited")
    company.provider.post(f"/salons/{salon['id']}/members/me/accept")
    company.news(manager, "salon.joined")
    service_id = company.provider.get(f"/providers/{provider_id}/page")["services"][0]["id"]
    first = datetime.now().astimezone().date() + timedelta(days=3)
    window = {"from": str(first), "to": str(first + timedelta(days=1)), "serviceId": service_id}
    answer = done(company.product.http.get(f"/providers/{provider_id}/slots", params=window))
    return [service_id, *(slot["start"] for slot in answer["slots"])]


def a_customer_books_pays_and_moves(company: Company, provider_id: str, slots: list[str]) -> dict[str, Any]:
    """The deposit confirms the booking, and each message says what matters."""
    customer, says = company.customer, company.says
    service_id, slot, other, *_ = slots
    booking = customer.book(provider_id, slot, serviceIds=[service_id])
    assert says["studio"] in company.news(customer, "booking.placed")["text"]
    company.refusal(customer, "POST", "/bookings", json={"providerId": provider_id, "slot": slot})
    check_out(customer.start_to_pay(booking["id"]), "paid")
    wait_for_status(customer, booking["id"], "confirmed")
    confirmed = company.news(customer, "booking.confirmed")
    assert says["service"] in confirmed["text"]
    assert says["service"] in company.news(company.provider, "booking.confirmed")["text"]
    moved = customer.post(f"/bookings/{booking['id']}/reschedule", {"slot": other})
    company.news(company.provider, "booking.rescheduled")
    return moved


def the_manager_cancels_and_the_customer_knows_why(company: Company, booking: dict[str, Any]) -> None:
    """The reason is in the message, and what the customer gets back."""
    company.manager.post(f"/bookings/{booking['id']}/cancel", {"reason": company.says["reason"]})
    told = company.news(company.customer, "booking.cancelled")
    assert company.says["reason"] in told["text"]
    shown = company.customer.get(f"/bookings/{booking['id']}")
    assert (shown["status"], shown["refundPendingAmount"] + shown["refundedAmount"]) == ("cancelled", DEPOSIT)


def an_admin_finds_and_suspends_the_studio(company: Company, provider_id: str) -> None:
    """The provider is told why, and when it is over."""
    admin, says = company.admin, company.says
    found = admin.get(f"/admin/users?q={company.provider.email}")["items"]
    assert [each["id"] for each in found] == [company.provider.id]
    done(admin.ask("POST", f"/admin/providers/{provider_id}/suspend", json={"reason": says["reason"]}))
    company.news(company.provider, "provider.suspended")
    done(admin.ask("POST", f"/admin/providers/{provider_id}/reinstate", json={}))
    company.news(company.provider, "provider.reinstated")
