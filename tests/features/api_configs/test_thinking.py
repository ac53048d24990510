"""Which language models think for a tenant: by its keys and order, counted, and within its tokens of the month."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import text

from callout.features.calling.brain.actions import Message, Think
from callout.features.calling.brain.inputs import Thought
from callout.features.calling.thought.choosing import Wishes
from callout.kit.clock import SystemClock
from callout.run.metering import Metering
from callout.run.outbound import Outbound
from callout.run.thinking import TenantThoughts
from tests.features.api_configs.conftest import CONFIGS, Providers
from tests.features.api_configs.test_metering import metering, outbound, store, usage

__all__ = ["metering", "outbound"]

THINK = Think(id="think-1", messages=(Message(role="system", content="Be kind."), Message(role="user", content="Hi!")))
KEYS = {"openai": "sk-live-0123456789wxyz", "claude": "sk-ant-live-0123456789", "gemini": "AIza-live-0123456789"}


class Verdict(BaseModel):
    label: str


@pytest.fixture
async def thoughts(business: Any, outbound: Outbound, metering: Metering) -> TenantThoughts:
    return TenantThoughts(business.system.api_configs.access, outbound, metering, SystemClock())


async def thinker(business: Any, thoughts: TenantThoughts, **wishes: Any) -> Any:
    async with business.work() as work:
        return await thoughts.thinker_of(work, Wishes(**wishes))


async def thought(thinker: Any) -> list[Thought]:
    return [part async for part in thinker.think(THINK)]


async def test_the_agents_model_is_asked_and_another_stands_in_when_it_fails(
    business: Any, providers: Providers, thoughts: TenantThoughts, metering: Metering
) -> None:
    for provider in ("openai", "claude"):
        await store(business, providers, provider, KEYS[provider])
    wishes = {"provider": "claude", "model": "claude-sonnet-4-6"}
    mind = await thinker(business, thoughts, **wishes)
    parts = await thought(mind)
    assert parts[-1].done
    assert "".join(part.text for part in parts)
    assert [(one.provider, one.model, one.mode) for one in mind.spent] == [("claude", "claude-sonnet-4-6", "live")]
    faults = await providers.client.post(f"{providers.url}/claude/_sandbox/faults", json={"next": ["529"]})
    assert faults.status_code == 200
    again = await thinker(business, thoughts, **wishes)
    assert (await thought(again))[-1].error is None
    assert [one.provider for one in again.spent] == ["openai"]
    rows = {row["provider"]: row for row in await usage(business, metering)}
    told = rows["claude"]["operations"]["think"]
    assert (told["requests"], told["errors"]) == (2, 1)
    assert told["units"] == mind.spent[0].tokens
    assert Decimal(told["cost"]) >= 0
    assert rows["openai"]["operations"]["think"]["requests"] == 1


async def test_a_key_that_is_refused_in_a_call_is_marked_and_left_out(
    business: Any, providers: Providers, thoughts: TenantThoughts
) -> None:
    await store(business, providers, "openai", "sk-refused-0123456789")
    mind = await thinker(business, thoughts)
    assert (await thought(mind))[-1].error == "key_refused"
    shown = (await business.owner.get(f"{CONFIGS}/openai")).json()
    assert shown["status"] == "invalid"
    async with business.work() as work:
        assert "openai" not in [one.provider for one in await thoughts.models_of(work, Wishes())]


async def test_an_interrupted_reply_is_counted_by_estimate_and_is_no_error(
    business: Any, providers: Providers, thoughts: TenantThoughts, metering: Metering
) -> None:
    await store(business, providers, "openai", KEYS["openai"])
    answers = {"next": [{"text": "One. Two. Three. Four.", "gap_s": 0.05}]}
    await providers.client.post(f"{providers.url}/openai/_sandbox/answers", json=answers)
    mind = await thinker(business, thoughts)
    replying = mind.think(THINK)
    async for part in replying:
        if part.text:
            break
    await replying.aclose()
    [row] = await usage(business, metering)
    told = row["operations"]["think"]
    assert (told["requests"], told["errors"], told["units"] > 0) == (1, 0, True)


async def test_the_tokens_of_the_month_are_a_limit(
    business: Any, providers: Providers, thoughts: TenantThoughts, metering: Metering
) -> None:
    await store(business, providers, "openai", KEYS["openai"])
    async with business.work() as work:
        await work.session.execute(
            text(
                "INSERT INTO tenant_settings (id, tenant_id, key, value, created_at, updated_at, version) "
                "VALUES (gen_random_uuid(), :tenant, 'llm.monthly_token_cap', '5'::jsonb, now(), now(), 1)"
            ),
            {"tenant": business.tenant_id},
        )
    mind = await thinker(business, thoughts)
    await thought(mind)
    await metering.recorder.flush()
    assert mind.spent[0].tokens >= 5
    assert await thinker(business, thoughts) is None
    async with business.work() as work:
        assert await thoughts.answers_of(work) is None


async def test_typed_answers_by_the_tenants_order(
    business: Any, providers: Providers, thoughts: TenantThoughts, metering: Metering
) -> None:
    await store(business, providers, "gemini", KEYS["gemini"])
    async with business.work() as work:
        answers = await thoughts.answers_of(work)
    assert answers is not None
    messages = [Message(role="user", content="Is this safe?")]
    found = await answers.answer(messages, Verdict, timeout_s=10)
    assert isinstance(found.value, Verdict)
    assert found.spent.provider == "gemini"
    [row] = await usage(business, metering)
    assert row["operations"]["answer"]["units"] == found.spent.tokens


async def test_nobody_thinks_with_another_tenants_key(
    business: Any, other_business: Any, providers: Providers, thoughts: TenantThoughts
) -> None:
    await store(business, providers, "openai", KEYS["openai"])
    async with other_business.work() as work:
        models = await thoughts.models_of(work, Wishes())
    async with business.work() as work:
        mine = await thoughts.models_of(work, Wishes())
    assert not {one.key_id for one in models} & {one.key_id for one in mine}
