"""What can be looked for and where: business types and places, as data."""
