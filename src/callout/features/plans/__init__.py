"""Plans, subscriptions, usage and the limits they set."""
