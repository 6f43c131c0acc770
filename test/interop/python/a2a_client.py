"""A2A's SDK for Python, unmodified: cards, sending, streaming, reading, listing, cancelling, over both bindings."""

import asyncio
import os
import uuid

import httpx
from a2a.client import ClientConfig, ClientFactory
from a2a.client.card_resolver import A2ACardResolver
from a2a.types import (
    CancelTaskRequest,
    GetTaskRequest,
    ListTasksRequest,
    Message,
    Part,
    Role,
    SendMessageConfiguration,
    SendMessageRequest,
    TaskState,
)
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Value

GATEWAY = os.environ["GATEWAY_URL"]
checks = 0


def check(holds, what):
    global checks
    if not holds:
        raise AssertionError(what)
    checks += 1


def saying(said, **configuration):
    part = Part(text=said) if isinstance(said, str) else Part(data=ParseDict(said, Value()))
    message = Message(message_id=str(uuid.uuid4()), role=Role.ROLE_USER, parts=[part])
    return SendMessageRequest(message=message, configuration=SendMessageConfiguration(**configuration))


def text_of(task):
    return "".join(str(part) for artifact in task.artifacts for part in artifact.parts)


async def talk(http, binding):
    card = await A2ACardResolver(http, f"{GATEWAY}/a2a/echo").get_agent_card()
    check(card.name == "echo", card)
    check(card.capabilities.streaming, card)
    config = ClientConfig(httpx_client=http, streaming=False, supported_protocol_bindings=[binding])
    client = ClientFactory(config).create(card)
    task = None
    async for answer in client.send_message(saying("hello")):
        task = answer.task
    check(task.status.state == TaskState.TASK_STATE_COMPLETED, task)
    check("hello" in text_of(task), task)
    read = await client.get_task(GetTaskRequest(id=task.id))
    check(text_of(read) == text_of(task), read)
    page = await client.list_tasks(ListTasksRequest(context_id=task.context_id))
    check([one.id for one in page.tasks] == [task.id], page)

    streaming = ClientFactory(
        ClientConfig(httpx_client=http, streaming=True, supported_protocol_bindings=[binding])
    ).create(card)
    seen = [answer async for answer in streaming.send_message(saying("again"))]
    check(seen[0].HasField("task"), seen)
    check(seen[-1].status_update.status.state == TaskState.TASK_STATE_COMPLETED, seen)

    open_task = None
    async for answer in client.send_message(saying({"sleepMs": 30_000}, return_immediately=True)):
        open_task = answer.task
    cancelled = await client.cancel_task(CancelTaskRequest(id=open_task.id))
    check(cancelled.status.state == TaskState.TASK_STATE_CANCELED, cancelled)


async def main():
    async with httpx.AsyncClient(timeout=30) as http:
        for binding in ("JSONRPC", "HTTP+JSON"):
            await talk(http, binding)


asyncio.run(main())
print(f"{checks} checks")
