"""SMS through Twilio and Kavenegar."""
