"""`callout dispatch explain` and `replay` against the running product, and `simulate` without one."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from callout.cli import commands
from callout.run.errors import RunError
from tests.system.business import Business
from tests.system.house import PASSWORD, House


@pytest.fixture
def desk(system: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of somebody at the same machine; the admin service stands for the gateway."""
    monkeypatch.setenv("GATEWAY_PORT", system.urls["admin"].rsplit(":", 1)[1])
    monkeypatch.setenv("CALLOUT_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("CALLOUT_TOKEN", raising=False)
    return tmp_path


async def run(*words: str) -> Result:
    """The command, in a thread, since it has a loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, commands, ["dispatch", *words], catch_exceptions=False)


async def decided(business: Business) -> dict[str, Any]:
    """An order that somebody was asked about; the same for all, since others would wait for one vendor together."""
    if not business.workers:
        await business.worker("Wanda")
        return dict(await business.order(description="to be explained"))
    return dict((await business.owner.read("/api/admin/orders"))["items"][0])


async def test_an_order_is_explained_to_whoever_holds_a_key(business: Business, desk: Path) -> None:
    order = await decided(business)
    told = await run("explain", order["order_number"], "--token", business.keys["viewer"])
    assert told.exit_code == 0, told.output
    assert "Offered first to" in told.output
    assert "proximity" in told.output
    assert "W. " in told.output, "people are called by their names"
    full = json.loads((await run("explain", order["id"], "--json", "--token", business.keys["viewer"])).output)
    record = full[0]["record"]
    one = await run("explain", record["id"], "--token", business.keys["viewer"])
    assert record["id"] in one.output


async def test_the_login_of_the_demonstration_is_used_when_there_is_one(business: Business, desk: Path) -> None:
    order = await decided(business)
    with pytest.raises(RunError, match="--token"):
        await run("explain", order["order_number"])
    login = {"owner": {"email": business.emails["owner"], "password": PASSWORD}}
    (desk / "demo.json").write_text(json.dumps(login), "utf-8")
    assert (await run("explain", order["order_number"])).exit_code == 0


async def test_a_decision_is_replayed_bit_for_bit_and_differs_under_other_weights(
    business: Business, desk: Path
) -> None:
    order = await decided(business)
    key = ("--token", business.keys["viewer"])
    record = json.loads((await run("explain", order["id"], "--json", *key)).output)[0]["record"]
    same = await run("replay", record["id"], *key)
    assert (same.exit_code, "Identical" in same.output) == (0, True)
    of_order = await run("replay", order["order_number"], *key)
    assert (of_order.exit_code, record["id"] in of_order.output) == (0, True)
    active = await business.owner.read("/api/admin/vendor-selection/policies/active")
    weights = active["weights"]
    weights["normal"] = dict.fromkeys(weights["normal"], 0.0) | {"proximity": 1.0}
    draft = await business.owner.made("/api/admin/vendor-selection/policies", {"name": "Near", "weights": weights})
    other = await run("replay", record["id"], "--policy", str(draft["version"]), *key)
    assert (other.exit_code, "rank_key" in other.output) == (1, True)


async def test_an_unknown_order_is_said_to_be_unknown(business: Business, desk: Path) -> None:
    with pytest.raises(RunError, match="404"):
        await run("explain", "ORD-999999", "--token", business.keys["viewer"])


async def test_a_day_is_simulated_without_a_database(tmp_path: Path) -> None:
    small = ("--days", "1", "--jobs", "10", "--vendors", "8", "--strategy", "waves", "--strategy", "nearest-first")
    first, again = [await run("simulate", *small, "--seed", "3", "--json") for _ in range(2)]
    figures = json.loads(first.stdout)
    assert set(figures) == {"waves", "nearest-first"}
    assert json.loads(again.stdout) == figures
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({"knobs": {"targets": {"normal": [0.95]}}}), "utf-8")
    eager = json.loads((await run("simulate", *small, "--seed", "3", "--json", "--policy", str(policy))).stdout)
    assert eager["waves"][0]["offers_per_job"] > figures["waves"][0]["offers_per_job"]
    policy.write_text('{"knobs": {"rank_exponent": 7}}', "utf-8")
    with pytest.raises(RunError, match="rank_exponent"):
        await run("simulate", *small, "--policy", str(policy))
    assert (await run("simulate", "--strategy", "by-luck")).exit_code == 2
