"""`/plan-offers` and `/plans`."""
