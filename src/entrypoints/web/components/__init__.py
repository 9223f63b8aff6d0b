"""The components of pages: a folder each, with its parameters, template, styles and examples."""
