import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "../errors.ts";
import { compile, compileUnknown, requireCompiled } from "./compile.ts";
import { mailboxFor, undeclaredRequirements } from "./variants.ts";

const role = { kind: "actor" };
const good = {
  name: "shop",
  graph: { client: ["router"], router: ["worker", "pricer"], worker: ["client"], escalation: ["client"] },
  roles: {
    router: { ...role, calls: ["pricer"] },
    pricer: role,
    worker: { ...role, variants: { gpu: ["gpu"], big: ["gpu", "memory"] } },
    escalation: role,
  },
};

function problems(input: unknown): readonly (readonly [string, unknown, string])[] {
  const compiled = compileUnknown(input);
  return compiled.ok ? [] : compiled.problems.map(({ path, value, reason }) => [path, value, reason] as const);
}

test("a right system compiles to its tables", () => {
  const compiled = compileUnknown(good);
  assert.ok(compiled.ok);
  const { system } = compiled;
  assert.deepEqual([...system.doors], ["router"]);
  assert.equal(system.escalation, "escalation");
  assert.deepEqual([...(system.roles.get("router")?.targets ?? [])], ["worker", "pricer"]);
  assert.equal(system.roles.get("worker")?.mayComplete, true);
  assert.equal(system.roles.get("router")?.mayComplete, false);
  assert.deepEqual(
    system.mailboxes.map((mailbox) => mailbox.name),
    ["router", "pricer", "worker", "worker_gpu", "worker_big", "escalation"],
  );
});

test("a task goes to the smallest variant with what the role knows of its requirements", () => {
  const compiled = compileUnknown(good);
  assert.ok(compiled.ok);
  const { system } = compiled;
  const choose = (name: string, ...requires: string[]) => {
    const found = system.roles.get(name);
    return found && mailboxFor(found, requires)?.name;
  };
  assert.equal(choose("worker"), "worker");
  assert.equal(choose("worker", "gpu"), "worker_gpu");
  assert.equal(choose("worker", "memory"), "worker_big");
  assert.equal(choose("router", "gpu"), "router");
  assert.deepEqual(undeclaredRequirements(system, ["gpu", "quantum"]), ["quantum"]);
  const split = compileUnknown({
    ...good,
    roles: { ...good.roles, worker: { ...role, variants: { gpu: ["gpu"], eu: ["eu"] } } },
  });
  assert.ok(split.ok);
  const worker = split.system.roles.get("worker");
  assert.ok(worker);
  assert.equal(mailboxFor(worker, ["gpu", "eu"]), undefined);
});

const wrong: readonly {
  claim: string;
  change: Record<string, unknown>;
  expect: readonly [string, unknown, RegExp][];
}[] = [
  {
    claim: "an edge to an unknown role",
    change: { graph: { ...good.graph, worker: ["client", "ghost"] } },
    expect: [["graph.worker[1]", "ghost", /no role has this name; declared are router, pricer/]],
  },
  {
    claim: "edges of an unknown role",
    change: { graph: { ...good.graph, ghost: ["client"] } },
    expect: [["graph.ghost", "ghost", /no role has this name/]],
  },
  {
    claim: "an edge that is there twice",
    change: { graph: { ...good.graph, worker: ["client", "client"] } },
    expect: [["graph.worker[1]", "client", /twice/]],
  },
  {
    claim: "no door",
    change: { graph: { ...good.graph, client: [] } },
    expect: [
      ["graph.client", [], /no door/],
      ["roles.router", "router", /no task can get to/],
      ["roles.pricer", "pricer", /no task can get to/],
      ["roles.worker", "worker", /no task can get to/],
    ],
  },
  {
    claim: "a client that would send to itself or to a person",
    change: { graph: { ...good.graph, client: ["router", "client", "human"] } },
    expect: [
      ["graph.client[1]", "client", /starts tasks at roles only/],
      ["graph.client[2]", "human", /starts tasks at roles only/],
    ],
  },
  {
    claim: "a role without edges",
    change: { roles: { ...good.roles, idle: role } },
    expect: [["roles.idle", "idle", /has no edges/]],
  },
  {
    claim: "a role that nobody reaches",
    change: { graph: { ...good.graph, lonely: ["client"] }, roles: { ...good.roles, lonely: role } },
    expect: [["roles.lonely", "lonely", /no task can get to/]],
  },
  {
    claim: "a role from which the client cannot be reached",
    change: { roles: { ...good.roles, router: role } },
    expect: [["roles.pricer", "pricer", /no answer can get/]],
  },
  {
    claim: "two roles that only hand work to each other",
    change: {
      graph: { client: ["a"], a: ["b"], b: ["a"] },
      roles: { a: role, b: role },
    },
    expect: [
      ["roles.a", "a", /no answer can get/],
      ["roles.b", "b", /no answer can get/],
    ],
  },
  {
    claim: "a call without an edge",
    change: { roles: { ...good.roles, worker: { ...role, calls: ["router"] } } },
    expect: [["roles.worker.calls[0]", "router", /no edge from worker/]],
  },
  {
    claim: "a variant without capability, and two with the same",
    change: { roles: { ...good.roles, worker: { ...role, variants: { none: [], a: ["x", "y"], b: ["y", "x"] } } } },
    expect: [
      ["roles.worker.variants.none", [], /at least one capability/],
      ["roles.worker.variants.b", ["y", "x"], /same capabilities as variant a/],
    ],
  },
  {
    claim: "roles that placement rules name and nobody declares",
    change: {
      roles: {
        ...good.roles,
        worker: { ...role, placement: { affinity: ["router", "ghost"], antiAffinity: ["worker"] } },
      },
    },
    expect: [["roles.worker.placement.affinity[1]", "ghost", /no role has this name/]],
  },
  {
    claim: "a supervision group with an unknown role, and a role in two groups",
    change: { supervision: { groups: { pair: { roles: ["router", "ghost"] }, other: { roles: ["router"] } } } },
    expect: [
      ["supervision.groups.pair.roles[1]", "ghost", /no role has this name/],
      ["supervision.groups.other.roles[0]", "router", /is in group pair already/],
    ],
  },
  {
    claim: "an unknown escalation role",
    change: { escalation: "boss", graph: { ...good.graph, router: ["worker", "pricer", "escalation"] } },
    expect: [["escalation", "boss", /no role has this name/]],
  },
  {
    claim: "a reserved name",
    change: { roles: { ...good.roles, human: role } },
    expect: [
      ["roles.human", "human", /no reserved word/],
      ["roles.human", "human", /has no edges/],
    ],
  },
  {
    claim: "names that only look like properties of objects",
    change: { graph: { ...good.graph, worker: ["client", "constructor"] } },
    expect: [["graph.worker[1]", "constructor", /no role has this name/]],
  },
];

for (const { claim, change, expect } of wrong) {
  test(`refused: ${claim}`, () => {
    const found = problems({ ...good, ...change });
    assert.deepEqual(
      found.map(([path, value]) => [path, value]),
      expect.map(([path, value]) => [path, value]),
    );
    found.forEach(([, , reason], index) => assert.match(reason, expect[index]?.[2] ?? /^$/));
  });
}

test("all errors of a file come at once, those of the schema with those of the graph", () => {
  const found = problems({
    ...good,
    name: "Shop!",
    nonsense: 1,
    graph: { ...good.graph, worker: ["client", "ghost"] },
    roles: { ...good.roles, worker: { kind: "actor", replicas: "two", retry: { attempts: 0 } } },
    limits: { hops: 0 },
  });
  assert.deepEqual(
    found.map(([path]) => path),
    ["name", "roles.worker.replicas", "roles.worker.retry.attempts", "limits.hops", "nonsense", "graph.worker[1]"],
  );
});

test("anything at all is answered with problems, never with an exception", () => {
  for (const input of [
    undefined,
    null,
    7,
    "text",
    [],
    {},
    { graph: 3, roles: [] },
    { graph: {}, roles: { __proto__: 1 } },
  ]) {
    assert.ok(problems(input).length > 0);
  }
});

test("requireCompiled names every problem in one error", () => {
  const compiled = compileUnknown(good);
  assert.ok(compiled.ok);
  const manifest = { ...compiled.system.manifest, graph: { client: ["router"], router: ["ghost"] } };
  assert.equal(compile(manifest).ok, false);
  assert.throws(
    () => requireCompiled(manifest),
    (error) => TroupeError.is(error, "invalid_config") && /graph\.router\[0\] \("ghost"\)/.test(error.message),
  );
});
