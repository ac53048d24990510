"""Calls: placed, followed, steered while they last, and wound up."""
