"""What is kept of text messages."""
