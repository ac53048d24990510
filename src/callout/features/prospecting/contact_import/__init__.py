"""Files of contacts and of suppressed phones, brought in at once."""
