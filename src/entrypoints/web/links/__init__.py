"""`/links` and `/b`: what the links in messages open."""
