"""Object storage: a folder of this machine, or a service that speaks the S3 API, such as Cloudflare R2."""
