"""Mail servers that speak SMTP."""
