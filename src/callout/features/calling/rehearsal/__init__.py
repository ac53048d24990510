"""Agents tried on invented customers before they call real ones: personas, text callers, scorecards."""
