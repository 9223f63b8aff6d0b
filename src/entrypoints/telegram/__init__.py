"""The Telegram bot: it runs the use cases and queries of the API for the account that a chat is linked to."""
