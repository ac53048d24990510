"""ElevenLabs: conversation webhooks."""
