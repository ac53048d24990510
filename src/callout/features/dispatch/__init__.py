"""Dispatch: who is asked to do a job, in which order, and who gets it."""
