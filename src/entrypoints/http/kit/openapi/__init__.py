"""The OpenAPI document, generated from the signatures of the handlers.

Litestar's generator does not document our problems and drops what msgspec enforces (`additionalProperties`, bounds).
Here msgspec generates the schemas, so they cannot differ from what is decoded.
"""
