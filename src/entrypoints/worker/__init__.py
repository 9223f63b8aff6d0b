"""The worker: relays the outbox to jobs, runs jobs with retries, and runs periodic jobs."""
