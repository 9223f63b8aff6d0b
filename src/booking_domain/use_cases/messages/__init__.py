"""Messages to people: their templates, and how they are sent."""
