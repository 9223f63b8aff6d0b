"""Use cases, queries and messages by feature. Contexts are pure; whatever needs a transaction is here."""
