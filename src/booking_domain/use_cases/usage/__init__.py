"""Count what people and programs do with the platform, and show it to admins."""
