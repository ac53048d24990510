"""How dispatch and its vendors do: fill rate, speed, fairness, newcomers, and each vendor's record."""
