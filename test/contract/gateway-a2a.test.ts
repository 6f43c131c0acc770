/** A2A's own client, unmodified, against a gateway on a real server. No node runs: the test writes records and tokens as fake roles. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Part, type StreamResponse, type Task, TaskState } from "@a2a-js/sdk";
import type { Client } from "@a2a-js/sdk/client";
import { TaskNotCancelableError, TaskNotFoundError, UnsupportedOperationError } from "@a2a-js/sdk/errors";
import type { Gateway } from "@troupe/gateway";
import type { DoneBody } from "@troupe/runtime";
import { assembled, collect, connect, endOf, kindOf, saidBy, saying, taskOf, textOf } from "../support/a2a-client.ts";
import { type GatewayBed, hopOf, startGatewayBed, writtenBy } from "../support/gateway-bed.ts";
import { call } from "../support/gateway-callers.ts";
import { nextTask, opened, play, say, silent } from "../support/played-task.ts";
import { until } from "../support/stack.ts";

let bed: GatewayBed;
let gateway: Gateway;

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1", undefined, { developer: { kind: "actor", takesFiles: true } });
  gateway = await bed.gateway();
});
after(() => bed[Symbol.asyncDispose]());

test("the card says what the role is and how it is reached, for both generations of clients", async () => {
  const answer = await call(gateway.url, "GET", "/a2a/developer/.well-known/agent-card.json");
  assert.equal(answer.status, 200);
  const { name, version, supportedInterfaces, capabilities, skills, protocolVersion, url } = answer.body;
  assert.deepEqual([name, version, protocolVersion, url], ["developer", "v1", "0.3.0", `${gateway.url}/a2a/developer`]);
  assert.deepEqual(
    (supportedInterfaces as { protocolBinding: string; protocolVersion: string }[]).map(
      (one) => `${one.protocolBinding} ${one.protocolVersion}`,
    ),
    ["JSONRPC 1.0", "HTTP+JSON 1.0", "JSONRPC 0.3"],
  );
  assert.equal((capabilities as { streaming: boolean }).streaming, true);
  assert.equal((skills as unknown[]).length, 1);
  const etag = answer.headers.get("etag") ?? "";
  const again = await call(gateway.url, "GET", "/a2a/developer/.well-known/agent-card.json", {
    headers: { "if-none-match": etag },
  });
  assert.equal(again.status, 304);
  assert.equal((await call(gateway.url, "GET", "/.well-known/agent-card.json")).body["name"], "router");
  assert.equal((await call(gateway.url, "GET", "/a2a/planner/.well-known/agent-card.json")).status, 404);
});

for (const binding of ["JSONRPC", "HTTP+JSON"] as const) {
  describe(`over ${binding}`, () => {
    let client: Client;
    before(async () => {
      client = await connect(binding, gateway.url);
    });

    test("a message is a task, and its answer the task with the result as its artifact", async () => {
      const sent = saying("hello");
      const { id, input, answer } = await play(bed, () => client.sendMessage(sent), silent, {
        result: "hi there",
      });
      assert.equal(input, "hello");
      const task = taskOf(await answer);
      assert.equal(task.id, id);
      assert.equal(task.status?.state, TaskState.TASK_STATE_COMPLETED);
      assert.equal(textOf(task), "hi there");
      assert.equal(task.history[0]?.messageId, sent.message?.messageId);
      const read = await client.getTask({ tenant: "", id, historyLength: 0 });
      assert.deepEqual([read.contextId, textOf(read), read.history.length], [task.contextId, "hi there", 0]);
    });

    test("a stream begins with the task, shows the answer as it comes, and ends with its state", async () => {
      const shown = Promise.withResolvers<void>();
      const { answer } = await play(
        bed,
        async () => {
          const updates: StreamResponse[] = [];
          for await (const update of client.sendMessageStream(saying("hello"))) {
            updates.push(update);
            if (assembled(updates) === "hi ") shown.resolve();
          }
          return updates;
        },
        async (id) => {
          await opened(bed, id);
          say(bed, id, "developer", 2, "hi ");
          await shown.promise;
        },
        { result: "hi there" },
      );
      const updates = await answer;
      assert.equal(kindOf(updates[0] ?? assert.fail()), "task");
      assert.equal(kindOf(updates.at(-1) ?? assert.fail()), "TASK_STATE_COMPLETED");
      assert.equal(assembled(updates), "hi there");
    });

    test("a task that fails says why, one that is cancelled stays so, and neither can be cancelled again", async () => {
      const error = { code: "handler_failed", message: "it broke" };
      const { id, answer } = await play(bed, () => client.sendMessage(saying("fail")), silent, {
        status: "failed",
        error,
      } as never);
      const failed = taskOf(await answer);
      assert.equal(failed.status?.state, TaskState.TASK_STATE_FAILED);
      assert.match(String(failed.status?.message?.parts[0]?.content?.value), /it broke \(handler_failed\)/);
      await assert.rejects(client.cancelTask({ tenant: "", id, metadata: undefined }), TaskNotCancelableError);
      const open = taskOf(await client.sendMessage(saying("cancel me", { returnImmediately: true })));
      const cancelled = await client.cancelTask({ tenant: "", id: open.id, metadata: undefined });
      assert.equal(cancelled.status?.state, TaskState.TASK_STATE_CANCELED);
      await assert.rejects(collect(client.resubscribeTask({ tenant: "", id: open.id })), UnsupportedOperationError);
      await assert.rejects(client.sendMessage(saying("more", { taskId: open.id })), UnsupportedOperationError);
    });

    test("a task that waits for a signal needs its client, whose next message is the answer", async () => {
      const { id, answer } = await waitingTask(() => client.sendMessage(saying("ask me")));
      const asking = taskOf(await answer);
      assert.equal(asking.status?.state, TaskState.TASK_STATE_INPUT_REQUIRED);
      const streamed = collect(client.sendMessageStream(saying("yes", { taskId: id, contextId: asking.contextId })));
      await until("the answer is stored", 15_000, async () => {
        const stored = await bed.log.get(`demo.log.0.v1.${id}.${hopOf(9)}.human.m.reply.router` as never);
        return stored !== undefined && new TextDecoder().decode(stored.body) === '{"value":"yes"}';
      });
      await bed.done(id, { result: "thanks" });
      assert.equal(endOf(await streamed), TaskState.TASK_STATE_COMPLETED);
      const historyOf = async (historyLength?: number) =>
        (await client.getTask({ tenant: "", id, historyLength })).history.map(saidBy);
      assert.deepEqual([await historyOf(), await historyOf(1)], [["ask me", "yes"], ["yes"]]);
      await assert.rejects(client.sendMessage(saying("x", { taskId: id, contextId: "another" })));
    });

    test("a stream that was cut goes on at another gateway, and a message that is sent again is the same task", async () => {
      const other = await bed.gateway();
      const elsewhere = await connect(binding, other.url);
      const sent = saying("go on", { returnImmediately: true });
      const [first, second] = [taskOf(await client.sendMessage(sent)), taskOf(await elsewhere.sendMessage(sent))];
      assert.deepEqual([second.id, second.contextId], [first.id, first.contextId]);
      const streams = [client, elsewhere].map((one) => {
        const begun = Promise.withResolvers<void>();
        const updates = collect(one.resubscribeTask({ tenant: "", id: first.id }), begun.resolve);
        updates.catch(begun.reject);
        return { begun: begun.promise, updates };
      });
      await Promise.all(streams.map(({ begun }) => begun));
      await bed.write(first.id, hopOf(1), "router", "s.emit.0", writtenBy("n1"), { name: "news", data: "half way" });
      await bed.done(first.id, { result: "all of it" });
      for (const updates of await Promise.all(streams.map((stream) => stream.updates))) {
        assert.equal(kindOf(updates[0] ?? assert.fail()), "task");
        assert.equal(assembled(updates), "all of it");
        assert.equal(kindOf(updates.at(-1) ?? assert.fail()), "TASK_STATE_COMPLETED");
      }
      await other.stop();
    });

    test("files go in whole; what a role makes on the way and in the end are its task's artifacts", async () => {
      const developer = await connect(binding, gateway.url, "developer");
      const request = saying("look");
      request.message?.parts.push(FILE, { ...FILE, content: { $case: "url", value: "https://example.com/a" } });
      const read = Promise.withResolvers<Task>();
      const { id, input, answer } = await playAlone(
        () => collect(developer.sendMessageStream(request)),
        async (task) => {
          const chunks = [
            { parts: [{ text: "one " }], hasMore: true },
            { parts: [{ text: "two" }], append: true },
          ];
          for (const [index, chunk] of chunks.entries()) {
            const data = { $artifacts: [{ name: "draft", ...chunk }] };
            const at = `s.emit.${index + 1}`;
            await bed.write(task, hopOf(1), "developer", at, writtenBy("n1"), { name: "draft", data });
          }
          read.resolve(await developer.getTask({ tenant: "", id: task }));
        },
        { $artifacts: [{ name: "file", parts: [{ raw: "YWJj", filename: "a.txt", mediaType: "text/plain" }] }] },
      );
      const file = { filename: "a.txt", mediaType: "text/plain" };
      assert.deepEqual(input, {
        $message: {
          id: request.message?.messageId,
          parts: [{ text: "look" }, { raw: "YWJj", ...file }, { url: "https://example.com/a", ...file }],
        },
      });
      const updates = (await answer).flatMap(({ payload }) =>
        payload?.$case === "artifactUpdate"
          ? [[payload.value.artifact?.artifactId, payload.value.append, payload.value.lastChunk]]
          : [],
      );
      assert.deepEqual(updates, [
        ["draft", false, false],
        ["draft", true, true],
        ["file", false, true],
      ]);
      const half = await read.promise;
      assert.deepEqual([half.status?.state, textOf(half)], [TaskState.TASK_STATE_WORKING, "one two"]);
      const whole = await developer.getTask({ tenant: "", id });
      assert.deepEqual(
        whole.artifacts.map(({ artifactId, parts }) => [artifactId, parts.length]),
        [
          ["draft", 2],
          ["file", 1],
        ],
      );
      assert.deepEqual(whole.artifacts[1]?.parts[0], FILE);
      assert.deepEqual(whole.history[0]?.parts[1], FILE);
    });

    test("a result that is a message comes in place of the task", async () => {
      const said = { $message: { parts: [{ text: "here" }, { data: { n: 1 } }] } };
      const { id, answer } = await playAlone(() => client.sendMessage(saying("hello")), silent, said);
      const message = await answer;
      assert.ok("parts" in message, "a message, not a task");
      assert.deepEqual([message.taskId, saidBy(message)], [id, 'here{"n":1}']);
      const task = await client.getTask({ tenant: "", id });
      assert.equal(task.status?.message?.messageId, message.messageId);
      assert.deepEqual(task.artifacts, []);
    });

    test("what is no task of this role is not there", async () => {
      const developer = await connect(binding, gateway.url, "developer");
      const theirs = taskOf(await developer.sendMessage(saying("x", { returnImmediately: true })));
      await assert.rejects(client.getTask({ tenant: "", id: theirs.id }), TaskNotFoundError);
      await assert.rejects(client.getTask({ tenant: "", id: "no-such-task" }), TaskNotFoundError);
    });
  });
}

const FILE: Part = {
  content: { $case: "raw", value: Buffer.from("abc") },
  metadata: undefined,
  filename: "a.txt",
  mediaType: "text/plain",
};

/** Starts a call whose task one role plays alone. */
async function playAlone<T>(begin: () => Promise<T>, work: (id: string) => Promise<void>, result: DoneBody["result"]) {
  let answer: Promise<T> | undefined;
  const { id, input } = await nextTask(bed, () => {
    answer = begin();
    answer.catch(() => undefined);
  });
  await opened(bed, id);
  await work(id);
  await bed.done(id, { result });
  assert.ok(answer);
  return { id, input, answer };
}

/** Starts a call, and lets the task's router wait for the signal `go`. */
async function waitingTask<T>(begin: () => Promise<T>) {
  let answer: Promise<T> | undefined;
  const { id } = await nextTask(bed, () => {
    answer = begin();
    answer.catch(() => undefined);
  });
  const input = `demo.log.0.v1.${id}.start.client.m.send.router`;
  const signal = { type: "signal", hop: hopOf(9), index: 0, name: "go" };
  await bed.write(id, hopOf(1), "router", "c.wait.1", writtenBy("n1"), { need: 1, for: [signal], input });
  assert.ok(answer);
  return { id, answer };
}
