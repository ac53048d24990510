"""xAI Grok."""
