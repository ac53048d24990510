"""SendGrid: e-mail out, delivery events in."""
