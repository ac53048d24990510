"""Whether a number may be dialled now: region profiles, consent, suppression, hours; every answer is kept."""
