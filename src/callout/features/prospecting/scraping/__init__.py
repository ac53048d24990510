"""Scrape jobs: what to look for and where becomes searches of the map, each paid once, and businesses."""
