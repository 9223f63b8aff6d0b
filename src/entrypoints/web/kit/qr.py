"""QR codes as the path of an SVG."""

from segno import make


def qr_path(text: str) -> tuple[str, int]:
    """The path of the dark modules, and how many modules are in a row."""
    rows = [list(row) for row in make(text, micro=False).matrix_iter(border=2)]
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return "".join(dark), len(rows)
