"""Gift cards: sold, looked up, paid with, taken back, and looked after by admins."""
