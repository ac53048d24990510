"""What runs: each service is a value made of routers; nothing in here reads settings."""
