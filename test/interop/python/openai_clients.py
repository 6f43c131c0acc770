"""R-GW-2: public OpenAI clients, unmodified, with nothing changed but the base URL. One line a check; exit code 1 when one fails."""

import asyncio
import os
import sys

from ag2 import Agent
from ag2.config import OpenAIConfig, OpenAIResponsesConfig
from autogen_agentchat.agents import AssistantAgent
from autogen_core.models import ModelFamily, UserMessage
from autogen_ext.models.openai import OpenAIChatCompletionClient
from langchain_openai import ChatOpenAI
from openai import NotFoundError, OpenAI

BASE = os.environ["OPENAI_BASE_URL"]
KEY = "none"
MODEL = "echo"
checks = 0


def check(claim, holds, seen=None):
    global checks
    checks += 1
    print(f"{'ok' if holds else 'NOT OK'} {claim}" + ("" if holds else f": {seen!r}"))
    if not holds:
        sys.exit(1)


def with_openai():
    client = OpenAI(base_url=BASE, api_key=KEY)
    models = [model.id for model in client.models.list()]
    check("openai: the door is a model", MODEL in models, models)
    messages = [{"role": "user", "content": "hello"}]
    completion = client.chat.completions.create(model=MODEL, messages=messages)
    check("openai: a completion answers", "hello" in completion.choices[0].message.content, completion)
    check("openai: it stops by itself", completion.choices[0].finish_reason == "stop", completion)

    text, usage = "", None
    options = {"include_usage": True}
    for chunk in client.chat.completions.create(model=MODEL, messages=messages, stream=True, stream_options=options):
        text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
        usage = chunk.usage or usage
    check("openai: a stream is the same answer", text == completion.choices[0].message.content, text)
    check("openai: a stream ends with usage", usage is not None, usage)

    response = client.responses.create(model=MODEL, input="hello")
    check("openai: a response answers", "hello" in response.output_text, response)
    again = client.responses.retrieve(response.id)
    check("openai: a response can be read again", again.output_text == response.output_text, again)
    with client.responses.stream(model=MODEL, input="hello") as stream:
        events = [event.type for event in stream]
        final = stream.get_final_response()
    check("openai: a streamed response has typed events", events[0] == "response.created", events)
    check("openai: and the same text", final.output_text == response.output_text, final)
    try:
        client.chat.completions.create(model="nobody", messages=messages)
        check("openai: an unknown model raises", False)
    except NotFoundError as error:
        check("openai: an unknown model raises NotFoundError with its code", error.code == "unknown_role", error.code)


def with_langchain():
    for responses in (False, True):
        name = f"langchain-openai ({'responses' if responses else 'chat'})"
        model = ChatOpenAI(model=MODEL, base_url=BASE, api_key=KEY, use_responses_api=responses)
        answer = model.invoke("hello")
        check(f"{name}: answers", "hello" in answer.text, answer)
        check(f"{name}: tells usage", answer.usage_metadata is not None, answer)
        text = "".join(chunk.text for chunk in model.stream("hello"))
        check(f"{name}: streams the same", text == answer.text, text)


async def with_autogen():
    info = {"vision": False, "function_calling": False, "json_output": False, "structured_output": False, "family": ModelFamily.UNKNOWN}
    client = OpenAIChatCompletionClient(model=MODEL, base_url=BASE, api_key=KEY, model_info=info)
    answer = await client.create([UserMessage(content="hello", source="user")])
    check("autogen-ext: answers", "hello" in str(answer.content) and answer.finish_reason == "stop", answer)
    parts = [part async for part in client.create_stream([UserMessage(content="hello", source="user")])]
    check("autogen-ext: streams the same", parts[-1].content == answer.content, parts)
    result = await AssistantAgent("asker", model_client=client).run(task="hello")
    check("autogen-agentchat: an agent talks to the team", "hello" in result.messages[-1].content, result)
    await client.close()


async def with_ag2():
    for config in (OpenAIConfig, OpenAIResponsesConfig):
        for streaming in (False, True):
            agent = Agent("asker", config=config(model=MODEL, base_url=BASE, api_key=KEY, streaming=streaming))
            reply = await agent.ask("hello")
            check(f"ag2 {config.__name__} streaming={streaming}: answers", "hello" in (reply.body or ""), reply)


with_openai()
with_langchain()
asyncio.run(with_autogen())
asyncio.run(with_ag2())
print(f"{checks} checks")
