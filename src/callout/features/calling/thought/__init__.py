"""Replies by language models: streamed for a call, typed for analysis; several keys stand in for each other."""
