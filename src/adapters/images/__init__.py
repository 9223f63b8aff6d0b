"""Images of strangers: decoded and re-encoded by Pillow in a sandbox."""
