import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Deployment,
  type Desired,
  type Heartbeat,
  type NodePlacement,
  type Operation,
  parseOperationId,
  SystemManifest,
  type Wish,
} from "@troupe/runtime/internal";
import { EMPTY_MEMBERSHIP, type Membership, withHeartbeat, withMember } from "../membership/snapshot.ts";
import { wantedReplicas } from "../placement/wanted.ts";
import { type OperationView, progressOf } from "./progress.ts";

const deployment: Deployment = {
  v: 1,
  version: "v1",
  manifest: SystemManifest.parse({
    name: "s",
    graph: { client: ["a"], a: ["client"] },
    roles: { a: { kind: "actor", replicas: 2 } },
  }),
  source: { type: "module", path: "/s.ts", sha256: "0".repeat(64) },
  hopKeys: {},
  deployedAt: "",
};

/** What a node says of a replica: `a/0`, with a generation (`#1`), and `-` before it when it does not take. */
type Word = string;
let sequence = 0;

function members(
  said: Readonly<Record<string, readonly Word[]>>,
  statuses: Readonly<Record<string, "up" | "draining" | "dead" | "left">> = {},
): Membership {
  let all = EMPTY_MEMBERSHIP;
  for (const [node, words] of Object.entries(said)) {
    const about = { node, incarnation: "i", labels: {}, capabilities: [], slots: 4 };
    all = withMember(all, { v: 1, ...about, status: statuses[node] ?? "up", since: "", reason: "" });
    const actors = words.map((word): Heartbeat["actors"][number] => {
      const [name = "", generation = "0"] = word.replace("-", "").split("#");
      const figures = { inFlight: 2, done: 0, failed: 0, meanMs: 0 };
      return {
        id: `v1/${name}`,
        epoch: 1,
        generation: Number(generation),
        state: "available",
        isTaking: !word.startsWith("-"),
        ...figures,
      };
    });
    const rest = { busy: 2, load: 0, memoryBytes: 1, loopP99Ms: 1, isDraining: false, sequence: ++sequence };
    all = withHeartbeat(all, { v: 1, ...about, ...rest, actors });
  }
  return all;
}

/** Rows: `a/0`, with `~` before it when it stands by. */
const rows = (placed: Readonly<Record<string, readonly string[]>>) =>
  new Map(
    Object.entries(placed).map(([node, names]): [string, NodePlacement] => [
      node,
      {
        v: 1,
        node,
        epoch: 1,
        replicas: names.map((name) => {
          const [, index = "0", generation] = /a\/(\d)(?:#(\d))?/.exec(name) ?? [];
          return {
            version: "v1",
            role: "a",
            index: Number(index),
            concurrency: 1,
            ...(generation === undefined ? {} : { generation: Number(generation) }),
            ...(name.startsWith("~") ? { isStandby: true } : {}),
          };
        }),
      },
    ]),
  );

interface Scene {
  readonly desired?: Partial<Desired>;
  readonly said: Readonly<Record<string, readonly Word[]>>;
  readonly statuses?: Parameters<typeof members>[1];
  readonly placed: Readonly<Record<string, readonly string[]>>;
  /** Replicas without a place. */
  readonly unplaced?: OperationView["unplaced"];
  /** Default 12. */
  readonly pauseMs?: "underway";
}

function stateOf(wish: Wish, { desired, said, statuses, placed, unplaced, pauseMs }: Scene): Operation {
  const view: OperationView = {
    desired: { ...DESIRED, ...desired },
    deployment,
    rows: rows(placed),
    membership: members(said, statuses),
    unplaced: unplaced ?? [],
    pauseMs: () => pauseMs ?? 12,
  };
  return progressOf(wish, view);
}

const DESIRED: Desired = { v: 1, current: "v1", draining: [], paused: [], replicas: {} };
const BOTH = { said: { n1: ["a/0"], n2: ["a/1"] }, placed: { n1: ["a/0"], n2: ["a/1"] } };
const MOVE: Wish = { kind: "migrate", replica: "a/0", to: "n2" };
const PINNED = { pins: { "a/0": "n2" } };

const CASES: readonly (readonly [claim: string, wish: Wish, scene: Scene, state: Operation["state"], text: RegExp])[] =
  [
    ["not placed yet", MOVE, { ...BOTH, desired: PINNED }, "asked", /not placed on n2 yet/],
    [
      "it gets ready",
      MOVE,
      { desired: PINNED, said: BOTH.said, placed: { n1: ["a/0"], n2: ["~a/0", "a/1"] } },
      "asked",
      /gets ready on n2; n1 still takes/,
    ],
    [
      "told to take",
      MOVE,
      { desired: PINNED, said: { n1: [], n2: ["-a/0", "a/1"] }, placed: { n2: ["a/0", "a/1"] } },
      "placed",
      /its word is waited for/,
    ],
    [
      "two take",
      MOVE,
      { desired: PINNED, said: { n1: ["a/0"], n2: ["a/0"] }, placed: { n2: ["a/0", "a/1"] } },
      "placed",
      /its word is waited for/,
    ],
    [
      "it takes, and its pause is not known yet",
      MOVE,
      {
        desired: PINNED,
        said: { n1: [], n2: ["a/0", "a/1"] },
        placed: { n2: ["a/0", "a/1"] },
        pauseMs: "underway",
      },
      "placed",
      /its word is waited for/,
    ],
    [
      "it takes",
      MOVE,
      { desired: PINNED, said: { n1: [], n2: ["a/0", "a/1"] }, placed: { n2: ["a/0", "a/1"] } },
      "confirmed",
      /nobody took for 12 ms/,
    ],
    [
      "of a paused role",
      MOVE,
      { desired: { ...PINNED, paused: ["a"] }, said: { n1: [], n2: ["-a/0"] }, placed: { n2: ["a/0"] } },
      "confirmed",
      /runs on n2/,
    ],
    [
      "to a node that is gone",
      MOVE,
      { desired: PINNED, said: { n1: ["a/0"] }, placed: { n1: ["a/0"] } },
      "blocked",
      /n2 is not there/,
    ],
    ["moved elsewhere since", MOVE, { ...BOTH, desired: { pins: { "a/0": "n1" } } }, "superseded", /moved elsewhere/],
    ["stopped since", MOVE, { ...BOTH, desired: { ...PINNED, stopped: ["a/0"] } }, "blocked", /stopped/],
    [
      "a pause that one does not know of",
      { kind: "pause", role: "a" },
      { ...BOTH, desired: { paused: ["a"] } },
      "placed",
      /2 of 2 still take/,
    ],
    [
      "a pause",
      { kind: "pause", role: "a" },
      { desired: { paused: ["a"] }, said: { n1: ["-a/0"], n2: ["-a/1"] }, placed: BOTH.placed },
      "confirmed",
      /none takes; 4 messages still run/,
    ],
    ["a pause that was taken back", { kind: "pause", role: "a" }, BOTH, "superseded", /resumed/],
    ["a resumption", { kind: "resume", role: "a" }, BOTH, "confirmed", /2 run/],
    [
      "a resumption that one does not know of",
      { kind: "resume", role: "a" },
      { ...BOTH, said: { n1: ["a/0"], n2: ["-a/1"] } },
      "placed",
      /1 of 2 run/,
    ],
    [
      "scaled up, not placed",
      { kind: "scale", role: "a", replicas: 3 },
      { ...BOTH, desired: { replicas: { a: 3 } } },
      "asked",
      /2 of 3 run/,
    ],
    [
      "scaled down, one finishes",
      { kind: "scale", role: "a", replicas: 1 },
      { ...BOTH, desired: { replicas: { a: 1 } }, placed: { n1: ["a/0"] } },
      "placed",
      /v1\/a\/1 finish/,
    ],
    [
      "scaled to nothing",
      { kind: "scale", role: "a", replicas: 0 },
      { desired: { replicas: { a: 0 } }, said: { n1: [] }, placed: {} },
      "confirmed",
      /none is to run/,
    ],
    [
      "restarted, one is old",
      { kind: "restart", target: "a", generation: 1 },
      {
        desired: { generations: { "a/0": 1, "a/1": 1 } },
        said: { n1: ["a/0#1"], n2: ["a/1"] },
        placed: { n1: ["a/0#1"], n2: ["a/1#1"] },
      },
      "placed",
      /1 of 2 run/,
    ],
    [
      "restarted",
      { kind: "restart", target: "a", generation: 1 },
      {
        desired: { generations: { "a/0": 1, "a/1": 2 } },
        said: { n1: ["a/0#1"], n2: ["a/1#2"] },
        placed: { n1: ["a/0#1"], n2: ["a/1#2"] },
      },
      "confirmed",
      /2 run/,
    ],
    [
      "stopping",
      { kind: "stop", replica: "a/0" },
      { desired: { stopped: ["a/0"] }, said: { n1: ["-a/0"] }, placed: {} },
      "placed",
      /2 messages still run/,
    ],
    [
      "stopped",
      { kind: "stop", replica: "a/0" },
      { desired: { stopped: ["a/0"] }, said: { n1: [] }, placed: {} },
      "confirmed",
      /ended/,
    ],
    [
      "draining, replicas move",
      { kind: "drain", node: "n1" },
      { ...BOTH, statuses: { n1: "draining" } },
      "asked",
      /1 replicas still move/,
    ],
    [
      "draining, the rest finishes",
      { kind: "drain", node: "n1" },
      { ...BOTH, statuses: { n1: "draining" }, placed: {} },
      "placed",
      /2 messages still run/,
    ],
    ["drained", { kind: "drain", node: "n1" }, { ...BOTH, statuses: { n1: "left" } }, "confirmed", /has left/],
    ["forgotten", { kind: "drain", node: "n9" }, BOTH, "confirmed", /has left/],
    [
      "died while it drained",
      { kind: "drain", node: "n1" },
      { ...BOTH, statuses: { n1: "dead" } },
      "superseded",
      /died/,
    ],
  ];

test("how far an operation is follows from the present state", () => {
  for (const [claim, wish, scene, state, text] of CASES) {
    const operation = stateOf(wish, scene);
    assert.equal(operation.state, state, `${claim}: ${operation.text}`);
    assert.match(operation.text, text, claim);
    assert.ok(operation.done <= operation.total, claim);
  }
});

test("what was asked for a role that the present version does not have is over", () => {
  for (const id of ["pause.constructor", "resume.zz", "scale.zz.2", "restart.zz.0.g1", "stop.zz.0"])
    assert.match(stateOf(parseOperationId(id) ?? MOVE, BOTH).text, /v1 has no role/, id);
});

test("a drain tells when there is nobody to take what the node had", () => {
  const drain: Wish = { kind: "drain", node: "n1" };
  const alone: Scene = { ...BOTH, statuses: { n1: "draining", n2: "draining" } };
  assert.match(stateOf(drain, alone).text, /1 replicas have nowhere to go: no other node is up/);
  const all = wantedReplicas(DESIRED, new Map([["v1", deployment]]));
  const unplaced = all.map((replica) => ({ replica, reason: "no node is up" }));
  assert.match(stateOf(drain, { ...alone, placed: {}, unplaced }).text, /2 of the system have no place: no node is up/);
});

test("without a system nothing but a drain has a meaning", () => {
  const empty: OperationView = {
    deployment: undefined,
    desired: undefined,
    rows: new Map(),
    membership: EMPTY_MEMBERSHIP,
    unplaced: [],
    pauseMs: () => undefined,
  };
  assert.equal(progressOf(MOVE, empty).state, "superseded");
  assert.equal(progressOf({ kind: "drain", node: "n1" }, empty).state, "confirmed");
});
