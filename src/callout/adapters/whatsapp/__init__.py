"""WhatsApp Business, by the Cloud API."""
