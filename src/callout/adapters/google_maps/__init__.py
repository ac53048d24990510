"""Google Maps: places searched and looked up, addresses geocoded."""
