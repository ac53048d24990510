"""Voices: the provider's own and cloned ones, with the licence to use them."""
