"""What all pages share: their environment, the page of a request, assets, forms and formats."""
