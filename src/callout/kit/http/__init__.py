"""HTTP conventions of every service: problems, transactions, lists, live streams."""
