"""The worker: the outbox is relayed to jobs, jobs run with retries, timers tick."""
