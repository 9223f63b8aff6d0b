"""The OpenAPI document, and a page to read it that loads nothing from other hosts."""
