"""Phone calls by AI agents: agents and voices, numbers, compliance, campaigns, the call itself."""
