"""Text messages: delivery reports of the SMS provider."""
