"""What a business's own website tells: e-mail, profiles in social networks, phone, opening hours."""
