"""The cloned-voice service: conversation webhooks."""
