"""Everything outside, one folder per provider: what features ask for, spoken on the provider's wire."""
