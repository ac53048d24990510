"""Composition root: settings become running services here and nowhere else."""
