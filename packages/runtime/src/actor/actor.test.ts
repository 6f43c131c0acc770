import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { createFakeContext } from "../testing/fake-context.ts";
import { actor } from "./actor.ts";
import { assembleSystem, defineSystem } from "./define-system.ts";
import { complete, escalate, fanOut, forward, type Json, reply } from "./outcome.ts";

const graph = { client: ["greeter"], greeter: ["writer", "client"], writer: ["client"] } as const;

const writer = actor({ receive: (message) => complete(message) });

test("an actor's message has the type that its schema gives it", async () => {
  const greeter = actor({
    accepts: z.object({ name: z.string() }),
    receive: (message) => forward("writer", message.name.toUpperCase()),
  });
  const outcome = await greeter.create().receive({ name: "ada" }, createFakeContext());
  assert.deepEqual(outcome, { outcome: "forward", to: "writer", body: "ADA" });
  // @ts-expect-error the schema knows no such field
  actor({ accepts: z.object({ name: z.string() }), receive: (message) => complete(message.nickname as Json) });
});

test("a role that addresses what is no edge of the graph is a compile error", () => {
  const wrong = actor({ receive: (message) => forward("printer", message) });
  defineSystem({ name: "ok", graph, roles: { greeter: actor({ receive: () => forward("writer", 1) }), writer } });
  assert.throws(() =>
    defineSystem({
      name: "not-closed",
      graph: { client: ["greeter"], greeter: ["writer"], writer: ["greeter"] },
      roles: {
        // @ts-expect-error greeter has no edge to printer
        greeter: wrong,
        // @ts-expect-error writer has no edge to client
        writer,
      },
    }),
  );
});

test("fan-out, calls and answers to the client count as addressing", () => {
  const fanning = defineSystem({
    name: "s",
    graph: { client: ["greeter"], greeter: ["writer", "client"], writer: ["client"] },
    roles: {
      greeter: actor({
        receive: (_, ctx) => (ctx.depth > 3 ? complete("deep") : fanOut([{ to: "writer", body: 1 }])),
      }),
      writer,
    },
  });
  assert.deepEqual(Object.keys(fanning.roles), ["greeter", "writer"]);

  const caller = actor({ calls: ["writer"], receive: async (_, ctx) => complete(await ctx.call("writer", 1)) });
  actor({
    calls: ["writer"],
    // @ts-expect-error only declared roles may be called
    receive: async (_, ctx) => complete(await ctx.call("printer", 1)),
  });
  defineSystem({
    name: "caller",
    graph: { client: ["greeter"], greeter: ["writer", "client"] },
    roles: { greeter: caller, writer: actor({ receive: (message) => reply(message) }) },
  });
  assert.throws(
    () =>
      defineSystem({
        name: "caller",
        graph: { client: ["greeter"], greeter: ["client"] },
        roles: {
          // @ts-expect-error the call has no edge
          greeter: caller,
        },
      }),
    /no edge from greeter/,
  );
});

test("a role of the graph that is not defined, or one that the graph lacks, is a compile error", () => {
  assert.throws(
    () =>
      defineSystem({
        name: "s",
        graph,
        // @ts-expect-error writer is missing
        roles: { greeter: actor({ receive: () => complete(1) }) },
      }),
    /no role has this name/,
  );
  assert.throws(
    () =>
      defineSystem({
        name: "s",
        graph: { client: ["writer"], writer: ["client"] },
        roles: {
          writer,
          // @ts-expect-error no such role in the graph
          printer: writer,
        },
      }),
    /the role has no edges/,
  );
});

test("each instance of an actor has fields of its own", async () => {
  const disposed: number[] = [];
  const counter = actor({
    create: () => {
      let count = 0;
      return {
        receive: () => {
          count += 1;
          return count > 1 ? complete(count) : escalate("first");
        },
        dispose: () => void disposed.push(count),
      };
    },
  });
  const [one, two] = [counter.create(), counter.create()];
  const ctx = createFakeContext();
  await one.receive(null, ctx);
  assert.deepEqual(await one.receive(null, ctx), complete(2));
  assert.deepEqual(await two.receive(null, ctx), escalate("first"));
  await one.dispose?.();
  assert.deepEqual(disposed, [2]);
});

test("an actor may be a class; its targets are still checked", async () => {
  class Greeter {
    readonly #greeted = new Set<string>();
    receive(message: Json) {
      const name = JSON.stringify(message);
      if (this.#greeted.has(name)) return complete("again");
      this.#greeted.add(name);
      return forward("writer", name);
    }
  }
  const greeter = actor({ create: () => new Greeter() });
  defineSystem({ name: "s", graph, roles: { greeter, writer } });
  const instance = greeter.create();
  assert.deepEqual(await instance.receive("ada", createFakeContext()), forward("writer", `"ada"`));
  assert.deepEqual(await instance.receive("ada", createFakeContext()), complete("again"));
  assert.throws(() =>
    defineSystem({
      name: "s",
      graph: { client: ["greeter"], greeter: ["client"], writer: ["client"] },
      // @ts-expect-error the class forwards to writer, and the graph has no such edge
      roles: { greeter, writer },
    }),
  );
});

test("settings of a role arrive in the manifest, with defaults for the rest", () => {
  const definition = defineSystem({
    name: "s",
    graph: { client: ["writer"], writer: ["client"] },
    roles: { writer: actor({ replicas: 3, retry: { attempts: 1 }, receive: () => complete(1) }) },
    limits: { hops: 7 },
  });
  const role = definition.manifest.roles["writer"];
  assert.equal(role?.replicas, 3);
  assert.deepEqual(role?.retry, { attempts: 1, baseMs: 1_000, factor: 2, maxMs: 30_000 });
  assert.equal(role?.concurrency, 1);
  assert.equal(definition.manifest.limits.hops, 7);
});

test("schema and graph problems come together, with path, value and reason", () => {
  const assembled = assembleSystem({
    name: "Wrong Name",
    graph: { client: ["writer", "ghost"], writer: ["client"] },
    roles: { writer: actor({ replicas: -1, receive: () => complete(1) }), idle: actor({ receive: () => complete(1) }) },
  });
  assert.ok(!assembled.ok);
  assert.deepEqual(
    assembled.problems.map(({ path, value }) => [path, value]),
    [
      ["name", "Wrong Name"],
      ["roles.writer.replicas", -1],
      ["graph.client[1]", "ghost"],
      ["roles.idle", "idle"],
    ],
  );
});
