"""Domain-free foundations: database, events, workflows, HTTP, text, observation."""
