"""ElevenLabs: voices, speech, calls it places itself, and its webhooks."""
