"""QPay behind a Cloudflare Worker (`deploy/qpay-worker`), which alone holds the merchant's credentials."""
