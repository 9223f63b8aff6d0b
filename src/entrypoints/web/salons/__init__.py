"""`/salons`: the page of a salon."""
