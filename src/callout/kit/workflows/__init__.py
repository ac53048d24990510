"""Durable workflows: a thin face of DBOS, so that features read like the story they tell."""

from callout.kit.workflows.jobs import DbosJobs
from callout.kit.workflows.registry import Queue, Workflows

__all__ = ["DbosJobs", "Queue", "Workflows"]
