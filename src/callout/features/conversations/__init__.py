"""Conversations: turns as they come, what they mean, and the leads they make."""
