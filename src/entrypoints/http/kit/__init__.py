"""What every route shares: errors, versions, idempotency, rate limits, OpenAPI, bodies, compression."""
