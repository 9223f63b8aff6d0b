"""The QR code of an invoice: text, image, and deep links for bank apps."""
