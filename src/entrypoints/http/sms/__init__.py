"""Text messages: what their provider tells us."""
