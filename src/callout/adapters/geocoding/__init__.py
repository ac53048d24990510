"""Places from a server that speaks the Nominatim protocol."""
