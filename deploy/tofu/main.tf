# What a deployment needs at Cloudflare: the two buckets of files, and the names of API, images and Worker. The Worker itself is
# deployed by wrangler (deploy/qpay-worker/README.md), which also creates its Durable Objects.
#
#   tofu init && tofu plan -var account=… -var zone=… -var domain=example.com -var api_address=203.0.113.1
#
# Needs a Cloudflare account, and a token in CLOUDFLARE_API_TOKEN that may edit R2 and DNS.
terraform {
  required_version = ">= 1.8"
  required_providers {
    cloudflare = {
      source  = "cloudflare/cloudflare"
      version = "~> 5.0"
    }
  }
}

variable "account" {
  type        = string
  description = "The id of the account."
}

variable "zone" {
  type        = string
  description = "The id of the zone."
}

variable "domain" {
  type        = string
  description = "The domain of the zone."
}

variable "api_address" {
  type        = string
  description = "The IPv4 address of the proxy in front of the API."
}

variable "origins" {
  type        = list(string)
  description = "BOOKING_CORS_ORIGINS, and the origin of BOOKING_PUBLIC_URL."
  default     = []
}

resource "cloudflare_r2_bucket" "private" {
  account_id = var.account
  name       = "booking"
}

resource "cloudflare_r2_bucket" "public" {
  account_id = var.account
  name       = "booking-images"
}

resource "cloudflare_r2_bucket_cors" "private" {
  account_id  = var.account
  bucket_name = cloudflare_r2_bucket.private.name
  rules = [{
    allowed = {
      methods = ["PUT"]
      origins = var.origins
      headers = ["content-type"]
    }
  }]
}

resource "cloudflare_r2_custom_domain" "images" {
  account_id  = var.account
  zone_id     = var.zone
  bucket_name = cloudflare_r2_bucket.public.name
  domain      = "images.${var.domain}"
  enabled     = true
}

resource "cloudflare_dns_record" "api" {
  zone_id = var.zone
  name    = "booking.${var.domain}"
  type    = "A"
  content = var.api_address
  ttl     = 300
  proxied = false
}

output "settings" {
  value = {
    R2_ENDPOINT_URL    = "https://${var.account}.r2.cloudflarestorage.com"
    R2_BUCKET          = cloudflare_r2_bucket.private.name
    R2_PUBLIC_BUCKET   = cloudflare_r2_bucket.public.name
    R2_PUBLIC_URL      = "https://images.${var.domain}"
    BOOKING_PUBLIC_URL = "https://booking.${var.domain}"
  }
}
