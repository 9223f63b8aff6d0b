"""The OpenAPI document and a page to read it, which needs nothing from elsewhere."""
