"""The providers' own libraries, pointed at the simulators: nothing in them is shaped to our adapter."""

import anthropic
import httpx2
import openai
import pytest
from google import genai
from google.genai import errors, types

SAYS = "Good morning. How may I help you today?"
CALL = {"name": "get_weather", "arguments": {"city": "Zürich"}}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TALK = [{"role": "user", "content": "Good morning."}]


class TestOpenAi:
    @pytest.fixture(params=["openai", "grok"])
    async def sdk(self, url, request):
        key, model = {"openai": ("sk-test", "gpt-4o-mini"), "grok": ("xai-test", "grok-4")}[request.param]
        async with openai.AsyncOpenAI(api_key=key, base_url=f"{url}/{request.param}/v1", max_retries=0) as client:
            client.provider, client.model = request.param, model
            yield client

    @pytest.fixture
    def say(self, sdk, url, client):
        async def arranged(what, **body):
            await client.post(f"{url}/{sdk.provider}/_sandbox/{what}", json=body)

        return arranged

    async def test_whole_and_streamed(self, sdk, say):
        await say("answers", next=[{"text": SAYS}, {"text": SAYS}])
        whole = await sdk.chat.completions.create(model=sdk.model, messages=TALK)
        assert (whole.choices[0].message.content, whole.choices[0].finish_reason) == (SAYS, "stop")
        assert whole.usage.total_tokens > 0
        options = {"include_usage": True}
        stream = await sdk.chat.completions.create(model=sdk.model, messages=TALK, stream=True, stream_options=options)
        chunks = [chunk async for chunk in stream]
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == SAYS
        assert chunks[-1].usage.completion_tokens > 0

    async def test_tools(self, sdk, say):
        tools = [{"type": "function", "function": {"name": "get_weather", "parameters": SCHEMA}}]
        await say("answers", next=[{"calls": [CALL]}])
        async with sdk.chat.completions.stream(model=sdk.model, messages=TALK, tools=tools) as stream:
            message = (await stream.get_final_completion()).choices[0]
        assert message.finish_reason == "tool_calls"
        assert message.message.tool_calls[0].function.arguments == '{"city": "Zürich"}'

    async def test_errors(self, sdk, say):
        await say("faults", next=["429", "500"])
        for kind in (openai.RateLimitError, openai.InternalServerError):
            with pytest.raises(kind):
                await sdk.chat.completions.create(model=sdk.model, messages=TALK)
        with pytest.raises(openai.NotFoundError):
            await sdk.chat.completions.create(model="nonsense", messages=TALK)
        with pytest.raises(openai.BadRequestError):
            await sdk.chat.completions.create(model=sdk.model, messages=[])
        expected = openai.AuthenticationError if sdk.provider == "openai" else openai.BadRequestError
        with pytest.raises(expected):
            await sdk.with_options(api_key="sk-refused").chat.completions.create(model=sdk.model, messages=TALK)
        await say("answers", next=[{"text": SAYS, "error_after": 2}])
        stream = await sdk.chat.completions.create(model=sdk.model, messages=TALK, stream=True)
        with pytest.raises(openai.APIError):
            [chunk async for chunk in stream]

    async def test_refusal(self, sdk, say):
        await say("answers", next=[{"refusal": "I cannot."}])
        found = await sdk.chat.completions.create(model=sdk.model, messages=TALK)
        assert (found.choices[0].message.refusal, found.choices[0].message.content) == ("I cannot.", None)


class TestAnthropic:
    @pytest.fixture
    async def sdk(self, url):
        async with anthropic.AsyncAnthropic(api_key="sk-ant-test", base_url=f"{url}/claude", max_retries=0) as client:
            yield client

    @pytest.fixture
    def say(self, url, client):
        async def arranged(what, **body):
            await client.post(f"{url}/claude/_sandbox/{what}", json=body)

        return arranged

    async def test_whole_and_streamed(self, sdk, say):
        asked = {"model": "claude-haiku-4-5", "max_tokens": 100, "messages": TALK}
        await say("answers", next=[{"text": SAYS}, {"text": SAYS}])
        whole = await sdk.messages.create(**asked)
        assert (whole.content[0].text, whole.stop_reason) == (SAYS, "end_turn")
        async with sdk.messages.stream(**asked) as stream:
            assert "".join([text async for text in stream.text_stream]) == SAYS
            assert (await stream.get_final_message()).usage.output_tokens > 1

    async def test_tools(self, sdk, say):
        tools = [{"name": "get_weather", "input_schema": SCHEMA}]
        await say("answers", next=[{"text": "One moment.", "calls": [CALL]}])
        async with sdk.messages.stream(model="claude-haiku-4-5", max_tokens=100, messages=TALK, tools=tools) as stream:
            message = await stream.get_final_message()
        assert [block.type for block in message.content] == ["text", "tool_use"]
        assert message.content[1].input == {"city": "Zürich"}

    async def test_errors(self, sdk, say):
        asked = {"model": "claude-haiku-4-5", "max_tokens": 100, "messages": TALK}
        await say("faults", next=["429", "529", "500"])
        for kind in (anthropic.RateLimitError, anthropic.APIStatusError, anthropic.InternalServerError):
            with pytest.raises(kind):
                await sdk.messages.create(**asked)
        with pytest.raises(anthropic.NotFoundError):
            await sdk.messages.create(**{**asked, "model": "nonsense"})
        with pytest.raises(anthropic.AuthenticationError):
            await sdk.with_options(api_key="sk-ant-refused").messages.create(**asked)
        await say("answers", next=[{"text": SAYS, "error_after": 3}])
        async with sdk.messages.stream(**asked) as stream:
            with pytest.raises(anthropic.APIStatusError):
                await stream.get_final_message()

    async def test_refusal(self, sdk, say):
        await say("answers", next=[{"refusal": "Not that."}])
        found = await sdk.messages.create(model="claude-haiku-4-5", max_tokens=100, messages=TALK)
        assert found.stop_reason == "refusal"


class TestGoogle:
    @pytest.fixture
    async def sdk(self, url):
        async with httpx2.AsyncClient(timeout=10, trust_env=False) as over:
            options = types.HttpOptions(base_url=f"{url}/gemini", httpx_async_client=over)
            client = genai.Client(api_key="AIza-test", http_options=options)
            yield client.aio
            client.close()

    @pytest.fixture
    def say(self, url, client):
        async def arranged(what, **body):
            await client.post(f"{url}/gemini/_sandbox/{what}", json=body)

        return arranged

    async def test_whole_and_streamed(self, sdk, say):
        await say("answers", next=[{"text": SAYS}, {"text": SAYS}])
        whole = await sdk.models.generate_content(model="gemini-2.5-flash", contents="Good morning.")
        assert (whole.text, whole.candidates[0].finish_reason) == (SAYS, types.FinishReason.STOP)
        stream = await sdk.models.generate_content_stream(model="gemini-2.5-flash", contents="Good morning.")
        parts = [part async for part in stream]
        assert "".join(part.text or "" for part in parts) == SAYS
        assert len(parts) > 1
        assert parts[-1].usage_metadata.total_token_count > 0

    async def test_tools(self, sdk, say):
        declared = types.FunctionDeclaration(name="get_weather", parameters_json_schema=SCHEMA)
        config = types.GenerateContentConfig(
            tools=[types.Tool(function_declarations=[declared])],
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        )
        await say("answers", next=[{"calls": [CALL]}])
        found = await sdk.models.generate_content(model="gemini-2.5-flash", contents="Hi", config=config)
        assert (found.function_calls[0].name, found.function_calls[0].args) == ("get_weather", {"city": "Zürich"})

    async def test_errors_and_blocks(self, sdk, say):
        await say("faults", next=["429", "503"])
        for kind, code in ((errors.ClientError, 429), (errors.ServerError, 503)):
            with pytest.raises(kind) as caught:
                await sdk.models.generate_content(model="gemini-2.5-flash", contents="Hi")
            assert caught.value.code == code
        with pytest.raises(errors.ClientError):
            await sdk.models.generate_content(model="nonsense", contents="Hi")
        await say("answers", next=[{"refusal": "No."}])
        blocked = await sdk.models.generate_content(model="gemini-2.5-flash", contents="Hi")
        assert blocked.prompt_feedback.block_reason == types.BlockedReason.SAFETY
