"""The QR code of an invoice: its text, its picture, and the links by which bank apps open it."""
