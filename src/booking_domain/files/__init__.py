"""Files that users upload: images, which are re-encoded, and documents."""
