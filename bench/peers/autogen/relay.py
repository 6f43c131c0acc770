"""The relay on AutoGen Core's gRPC runtime: an agent for each role, which publishes to the next one's topic; the client hears the last."""

import asyncio
import json
import os
import socket
import sys
import time
from dataclasses import dataclass

from autogen_core import MessageContext, RoutedAgent, TopicId, TypeSubscription, event, try_get_known_serializers_for_type
from autogen_ext.runtimes.grpc import GrpcWorkerAgentRuntime, GrpcWorkerAgentRuntimeHost

NEXT = {"a": "b", "b": "c", "c": "client"}
PAD = "x" * 1_000
STALL_S = 10


@dataclass
class Pass:
    task: str
    step: bool
    pad: str


class Role(RoutedAgent):
    def __init__(self, to: str) -> None:
        super().__init__("passes its message on")
        self._to = to

    @event
    async def on_pass(self, message: Pass, ctx: MessageContext) -> None:
        await self.publish_message(message, TopicId(type=self._to, source="relay"))


class Client(RoutedAgent):
    def __init__(self, waiting: dict[str, asyncio.Future[None]]) -> None:
        super().__init__("hears the end")
        self._waiting = waiting

    @event
    async def on_pass(self, message: Pass, ctx: MessageContext) -> None:
        ended = self._waiting.pop(message.task, None)
        if ended is not None:
            ended.set_result(None)


class Parent:
    """Messages as lines of JSON over the channel that Node opens for its children."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @staticmethod
    async def reach() -> "Parent":
        channel = socket.socket(fileno=int(os.environ["NODE_CHANNEL_FD"]))
        return Parent(*await asyncio.open_connection(sock=channel))

    def send(self, message: dict[str, object]) -> None:
        self._writer.write(json.dumps(message).encode() + b"\n")

    async def next(self) -> dict[str, object]:
        line = await self._reader.readline()
        return json.loads(line) if line else {"type": "leave"}


async def runtime_of(agent: str, address: str, factory) -> GrpcWorkerAgentRuntime:
    runtime = GrpcWorkerAgentRuntime(host_address=address)
    runtime.add_message_serializer(try_get_known_serializers_for_type(Pass))
    await runtime.start()
    await (Client if agent == "client" else Role).register(runtime, agent, factory)
    await runtime.add_subscription(TypeSubscription(topic_type=agent, agent_type=agent))
    return runtime


async def closed_loop(load: dict[str, int], start, on_measuring) -> dict[str, object]:
    """As bench/worker/closed-loop.ts: tasks that end inside the window count, with their whole time."""
    times: list[float] = []
    opens = time.monotonic() + load["warmUpMs"] / 1_000
    closes = opens + load["measureMs"] / 1_000

    async def one() -> None:
        while (began := time.monotonic()) < closes:
            await start()
            now = time.monotonic()
            if opens <= now < closes:
                times.append((now - began) * 1_000)

    async def announce() -> None:
        await asyncio.sleep(opens - time.monotonic())
        on_measuring()

    work = asyncio.gather(announce(), *(one() for _ in range(load["inFlight"])))
    await asyncio.wait_for(work, closes - time.monotonic() + STALL_S)
    if not times:
        raise RuntimeError("no task ended inside the window")
    times.sort()
    at = lambda q: times[min(len(times) - 1, max(0, -(-int(q * 1_000 * len(times)) // 1_000) - 1))]
    return {"finished": len(times), "elapsedMs": load["measureMs"], "p50Ms": at(0.5), "p99Ms": at(0.99)}


async def client(address: str, parent: Parent) -> None:
    waiting: dict[str, asyncio.Future[None]] = {}
    runtime = await runtime_of("client", address, lambda: Client(waiting))
    count = 0

    async def start() -> None:
        nonlocal count
        count += 1
        task = f"t{count}"
        ended = waiting[task] = asyncio.get_running_loop().create_future()
        await runtime.publish_message(Pass(task, False, PAD), TopicId(type="a", source="relay"))
        await ended

    parent.send({"type": "joined"})
    while (message := await parent.next())["type"] == "load":
        try:
            result = await closed_loop(message["load"], start, lambda: parent.send({"type": "measuring"}))
            parent.send({"type": "measured", "result": result})
        except Exception as error:  # said to the parent, which ends the run with it
            parent.send({"type": "failed", "message": repr(error)})
    await runtime.stop()


async def main(part: str, address: str) -> None:
    parent = await Parent.reach()
    if part == "client":
        return await client(address, parent)
    if part == "host":
        served = GrpcWorkerAgentRuntimeHost(address)
        served.start()
    else:
        served = await runtime_of(part, address, lambda: Role(NEXT[part]))
    parent.send({"type": "joined"})
    await parent.next()
    await served.stop()


asyncio.run(main(*sys.argv[1:3]))
