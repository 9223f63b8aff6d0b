"""The OpenAPI document, made from what the handlers really read and write.

Litestar's own generator does not know our problems, and loses what msgspec enforces (`additionalProperties`, bounds);
here the schemas come from msgspec itself, so that they cannot differ from what is decoded.
"""
