"""The features that the shared tests walk. A new feature is added to the tuple."""

from collections.abc import Mapping
from typing import Final

from tests.unit.features import (
    accounts,
    action_links,
    admin,
    availability,
    booking_links,
    bookings,
    calendars,
    consents,
    customers,
    desk_payments,
    disputes,
    earnings,
    files,
    health,
    holds,
    live,
    notifications,
    payments,
    payouts,
    portfolio,
    providers,
    push,
    receipts,
    reconciliation,
    reviews,
    salons,
    scheduling,
    services,
    sms,
    users,
    waitlist,
    webhook_endpoints,
)
from tests.unit.features.declarations import Feature, Row

FEATURES: Final[tuple[Feature, ...]] = tuple(
    module.FEATURE
    for module in (
        accounts,
        users,
        admin,
        providers,
        availability,
        salons,
        booking_links,
        scheduling,
        services,
        holds,
        bookings,
        action_links,
        consents,
        customers,
        calendars,
        waitlist,
        payments,
        payouts,
        desk_payments,
        receipts,
        reconciliation,
        disputes,
        earnings,
        reviews,
        webhook_endpoints,
        notifications,
        live,
        files,
        portfolio,
        push,
        sms,
        health,
    )
)
ROUTES: Final[Mapping[str, Row]] = {route: row for feature in FEATURES for route, row in feature.routes.items()}
