"""Finding and keeping prospects: businesses, contacts, call lists, consent, suppression."""
