"""`/webhook-endpoints`: where integrators receive events, and the log of deliveries."""
