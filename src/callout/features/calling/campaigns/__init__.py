"""Campaigns: lists of contacts called one after the other, at the pace and in the hours that are allowed."""
