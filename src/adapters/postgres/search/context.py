"""What search brings to the adapter."""

from typing import Final

from adapters.postgres.kit.context import PostgresContext, ReadGroup, RepositoryGroup, part
from adapters.postgres.search.entries import PostgresSearchEntries
from adapters.postgres.search.recommendations import (
    PostgresRecommendationReads,
    PostgresSimilarProviders,
    popular_providers,
    similar_providers,
)
from adapters.postgres.search.salons import PostgresKindSearchReads
from adapters.postgres.search.tables import (
    search_entries,
    search_findings,
    search_hours,
    search_parts,
    search_suggestions,
    search_terms,
    search_words,
)

CONTEXT: Final = PostgresContext(
    tables=(
        *(search_entries, search_terms, search_suggestions, search_parts, search_words, search_findings, search_hours),
        *(similar_providers, popular_providers),
    )
)


class SearchRepositories(RepositoryGroup):
    """The repositories of this context."""

    search_entries = part(PostgresSearchEntries)
    similar_providers = part(PostgresSimilarProviders)


class SearchReadGroup(ReadGroup):
    """The reads of this context."""

    search = part(PostgresKindSearchReads)
    recommendations = part(PostgresRecommendationReads)
