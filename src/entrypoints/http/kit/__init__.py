"""What every route shares: errors, versions, idempotency, rate limits, OpenAPI, request bodies, compression.

The kit knows no resource of the API. docs/adr/0019-our-own-http-code.md justifies each module.
"""
