"""`run` prints where everything is and seeds a provider that can be booked."""

from tests.acceptance.people import PASSWORD, log_in
from tests.acceptance.product import Product


def test_the_banner_says_where_everything_is(product: Product) -> None:
    said = product.program.said
    assert f"{product.url}/api/v1" in said
    assert product.simulator_url in said
    assert str(product.messages) in said
    for email, role in (("admin", "admin"), ("provider", "provider"), ("customer", "customer")):
        assert f"{email}@example.com" in said
        assert log_in(product, f"{email}@example.com").get("/auth/me")["role"] == role
    assert PASSWORD in said
    for path in ("/docs", "/schema"):
        assert product.http.get(product.url + path, follow_redirects=True).is_success


def test_the_demo_provider_is_approved_and_open_from_monday_to_saturday(product: Product) -> None:
    owner = log_in(product, "provider@example.com")
    provider = product.http.get(f"/providers/{owner.get('/providers/me')['id']}").json()
    assert provider["status"] == "approved"
    assert provider["timeZone"] == "Asia/Ulaanbaatar"
    assert (provider["depositAmount"], provider["currency"]) == (2_000_000, "MNT")
    rules = owner.get(f"/availability/{provider['id']}")["rules"]
    hours = {(rule["day"], rule["startTime"], rule["endTime"]) for rule in rules}
    assert hours == {(day, "10:00", "19:00") for day in range(1, 7)}
