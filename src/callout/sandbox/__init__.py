"""Local simulators of the providers, on their real wire protocols."""
