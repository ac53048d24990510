"""HTTP as any provider speaks it: one request, one answer, bounded."""
