"""The Agent Protocol for NATS with its own SDK: roles are found and prompted, and a role is played by an agent that the SDK hosts."""

import asyncio
import os

import nats
from synadia_ai.agent_service import AgentService
from synadia_ai.agents import Agents, ResponseChunk, StatusChunk

SYSTEM = os.environ["TROUPE_SYSTEM"]
checks = 0


def check(is_so: bool, what: str) -> None:
    global checks
    assert is_so, what
    checks += 1


async def text_of(agent, prompt: str) -> tuple[str, list[str]]:
    text, statuses = "", []
    async for chunk in agent.prompt(prompt):
        if isinstance(chunk, ResponseChunk):
            text += chunk.text
        elif isinstance(chunk, StatusChunk):
            statuses.append(chunk.status)
    return text, statuses


async def main() -> None:
    caller = await nats.connect(os.environ["NATS_URL"])
    host = await nats.connect(os.environ["NATS_URL"], nkeys_seed_str=os.environ["TOOLS_SEED"])
    service = AgentService(agent="parrot", owner="interop", session_name="one", nc=host, description="says it again")

    async def say_again(envelope, stream) -> None:
        await stream.send("again: ")
        await stream.send(envelope.prompt)

    service.on_prompt(say_again)
    await service.start()

    agents = Agents(nc=caller)
    found = {agent.prompt_subject.split(".")[4]: agent for agent in await agents.discover()}
    check(set(found) == {"echo", "parrot"}, f"found {sorted(found)}")
    for name in ("echo", "parrot"):
        check(found[name].agent == "troupe", "the agent")
        check(found[name].owner == SYSTEM, "the owner")
        check(found[name].prompt_subject.startswith(f"agents.prompt.troupe.{SYSTEM}."), "the subject")

    text, statuses = await text_of(found["echo"], "hello")
    check(text == '{"echo":"hello"}', f"the answer of a role: {text}")
    check(statuses[0] == "ack", "acknowledged first")

    text, _ = await text_of(found["parrot"], "hello")
    check(text == "again: hello", f"the answer of the agent that plays a role: {text}")

    await agents.close()
    await service.stop()
    await caller.close()
    await host.close()
    print(f"{checks} checks")


asyncio.run(main())
