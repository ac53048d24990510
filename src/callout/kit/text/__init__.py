"""Text as it must be stored and compared: phones, and what else people type."""
