"""Text messages: Twilio and Kavenegar over HTTP."""
