"""A whole call with a simulated model of every family, over its wire: the brain, the adapter, the simulator."""

import pytest

from callout.features.calling.rehearsal.agent_file import SAMPLE
from callout.features.calling.rehearsal.personas import chosen
from callout.run.rehearsing import _rehearse
from callout.run.rehearsing_models import FAMILIES
from callout.settings import Settings


@pytest.mark.parametrize("family", FAMILIES)
async def test_an_agent_that_thinks_takes_an_order_and_lets_others_go(family):
    found = await _rehearse(
        Settings(), str(SAMPLE), chosen(["keen", "opt_out", "off_topic"]), [0], family, by_voice=False
    )
    assert {one.persona.code: one.score.passed for one in found} == {"keen": True, "opt_out": True, "off_topic": True}
    keen = found[0].played
    assert len(keen.orders) == 1
    assert any(type(action).__name__ == "Think" for action in keen.actions)
    assert keen.state.thinking_failures == 0
