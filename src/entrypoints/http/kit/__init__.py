"""What every route shares: errors, versions, idempotency, rate limits, OpenAPI, request bodies, compression.

The kit knows no resource of the API. docs/develop/kits.md justifies each module.
"""
