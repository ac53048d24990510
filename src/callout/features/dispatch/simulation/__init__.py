"""Rehearsals of dispatch: a made-up town on a simulated clock, and recorded decisions under another policy."""
