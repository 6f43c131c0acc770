"""R-TASK-1 with nats-py: a client that knows NATS and nothing of Troupe. One line a check on stdout; exit code 1 when one fails."""

import asyncio
import json
import os
import sys
import uuid

import nats

SYSTEM = os.environ["TROUPE_SYSTEM"]
ENDED = {"completed", "failed", "cancelled", "expired", "rejected"}
checks = 0


def check(claim, holds, seen=None):
    global checks
    checks += 1
    print(f"{'ok' if holds else 'NOT OK'} {claim}" + ("" if holds else f": {seen!r}"))
    if not holds:
        sys.exit(1)


async def ask(nc, subject, body=b"", headers=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = await nc.request(f"{SYSTEM}.{subject}", data, timeout=10, headers=headers)
    return json.loads(reply.data), reply.headers or {}


async def end_of(nc, task_id):
    for _ in range(200):
        view, _ = await ask(nc, "task.get", {"task_id": task_id})
        if view.get("status") in ENDED:
            return view
        await asyncio.sleep(0.05)
    raise TimeoutError(f"{task_id} has not ended")


async def stream(nc, subject, body, headers=None):
    """Sends a request and yields its answers until the empty one."""
    inbox = nc.new_inbox()
    answers = await nc.subscribe(inbox)
    await nc.publish(f"{SYSTEM}.{subject}", body, reply=inbox, headers=headers)
    while True:
        message = await answers.next_msg(timeout=15)
        if not message.data:
            await answers.unsubscribe()
            return
        yield json.loads(message.data)


async def submits(nc):
    accepted, _ = await ask(nc, "tasks.echo.submit", b"plain text")
    check("submit answers at once with task_id and status", accepted.get("status") == "accepted" and "task_id" in accepted, accepted)
    view = await end_of(nc, accepted["task_id"])
    check("the task completes", view["status"] == "completed", view)
    check("a plain text body is the input", view["result"] == {"echo": "plain text"}, view)
    check("the path names role and node", [hop["role"] for hop in view["path"]] == ["echo"] and view["path"][0]["node"], view)

    body = {"input": {"n": 1}, "priority": "batch", "metadata": {"by": "python"}, "deadline_ms": 60_000}
    accepted, _ = await ask(nc, "tasks.echo.submit", body)
    view = await end_of(nc, accepted["task_id"])
    check("a JSON body carries the input", view["result"] == {"echo": {"n": 1}}, view)


async def is_idempotent(nc):
    key = {"Nats-Msg-Id": str(uuid.uuid4())}
    first, _ = await ask(nc, "tasks.echo.submit", b"once", key)
    again, _ = await ask(nc, "tasks.echo.submit", b"once", key)
    check("Nats-Msg-Id makes submit idempotent", first["task_id"] == again["task_id"], (first, again))
    other, headers = await ask(nc, "tasks.echo.submit", b"something else", key)
    check("the same id with another body is refused", other["error"]["code"] == "key_reused", other)
    check("an error is in the headers as well", headers.get("Nats-Service-Error-Code") == "409", headers)


async def runs(nc):
    chunks = [chunk async for chunk in stream(nc, "tasks.echo.run", json.dumps({"input": "stream"}).encode())]
    text = json.dumps(chunks)
    check("run answers several times and ends with an empty message", len(chunks) >= 2, chunks)
    check("the first answer of run is the acceptance", chunks[0].get("status") == "accepted" or chunks[0].get("type") == "accepted", chunks[0])
    check("the last answer of run holds the result", '"echo": "stream"' in json.dumps(chunks[-1]), text)


async def queues(nc):
    mark = str(uuid.uuid4())
    await nc.publish(f"{SYSTEM}.tasks.echo.queue", json.dumps({"input": mark, "metadata": {"mark": mark}}).encode())
    await nc.flush()
    for _ in range(200):
        page, _ = await ask(nc, "task.list", {})
        found = [task for task in page.get("tasks", []) if task.get("metadata", {}).get("mark") == mark]
        if found:
            break
        await asyncio.sleep(0.05)
    check("what is published to queue becomes a task", len(found) == 1, page)
    view = await end_of(nc, found[0]["task_id"])
    check("and is run", view["result"] == {"echo": mark}, view)


async def watches_and_cancels(nc):
    accepted, _ = await ask(nc, "tasks.echo.submit", {"input": {"sleepMs": 30_000}})
    task_id = accepted["task_id"]
    watching = asyncio.create_task(collect(stream(nc, "task.watch", json.dumps({"task_id": task_id}).encode())))
    await asyncio.sleep(0.3)
    answer, _ = await ask(nc, "task.cancel", {"task_id": task_id})
    check("a running task can be cancelled", answer.get("status") == "cancelled", answer)
    events = await asyncio.wait_for(watching, 10)
    check("a watcher sees the end", '"cancelled"' in json.dumps(events[-1]), events)
    log, _ = await ask(nc, "task.log", {"task_id": task_id})
    check("the log of a task can be read", len(json.dumps(log)) > 100, log)


async def collect(chunks):
    return [chunk async for chunk in chunks]


async def is_refused(nc):
    for claim, subject, body, code in [
        ("an unknown role is refused", "tasks.nobody.submit", b"x", "unknown_role"),
        ("an unknown field is refused", "tasks.echo.submit", b'{"input":1,"unknown":2}', "invalid_request"),
        ("an object without input is refused", "tasks.echo.submit", b"{}", "invalid_request"),
        ("a malformed task id is refused", "task.get", b'{"task_id":"*"}', "invalid_id"),
        ("an unknown task is refused", "task.get", json.dumps({"task_id": "0-v1-" + "0" * 26}).encode(), "unknown_task"),
    ]:
        answer, _ = await ask(nc, subject, body)
        check(claim, answer.get("error", {}).get("code") == code, answer)


async def main():
    nc = await nats.connect(os.environ["NATS_URL"], name="interop/python")
    for part in (submits, is_idempotent, runs, queues, watches_and_cancels, is_refused):
        await part(nc)
    await nc.drain()
    print(f"{checks} checks")


asyncio.run(main())
