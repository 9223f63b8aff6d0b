"""Documents as PDF, by Typst, and as HTML, by Jinja."""
