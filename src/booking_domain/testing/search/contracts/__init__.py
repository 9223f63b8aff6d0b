"""The contracts of the ports in `booking_domain.search`."""

from typing import Final

from booking_domain.testing.kit.assertions import rewrite_assertions

rewrite_assertions(__name__)

# ruff: noqa: E402 - pytest rewrites the assertions of modules that are imported after the registration
from booking_domain.search.ports import RecommendationReads, SearchEntries, SearchReads, SimilarProviders
from booking_domain.testing.search.contracts.entries import SearchContract
from booking_domain.testing.search.contracts.recommendations import RecommendationsContract

CONTRACTS: Final[dict[type, type]] = {
    RecommendationReads: RecommendationsContract,
    SearchEntries: SearchContract,
    SearchReads: SearchContract,
    SimilarProviders: RecommendationsContract,
}
