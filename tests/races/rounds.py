"""How often a race is run: CALLOUT_RACE_ROUNDS, by default 10 times, with CALLOUT_SOAK=1 200 times."""

import os

ROUNDS = int(os.environ.get("CALLOUT_RACE_ROUNDS") or (200 if os.environ.get("CALLOUT_SOAK") == "1" else 10))
