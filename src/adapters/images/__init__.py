"""Untrusted images: decoded and re-encoded by Pillow in a sandbox."""
