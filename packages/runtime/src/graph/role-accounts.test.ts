import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import fc from "fast-check";
import { Subjects } from "../contracts/subjects.ts";
import { isVersion, type Version } from "../ids.ts";
import type { Account } from "../nats/account.ts";
import { systemAccounts } from "../nats/accounts.ts";
import { roleAccountName } from "../nats/users.ts";
import { compileUnknown } from "./compile.ts";
import { roleAccounts, type VersionedSystem } from "./role-accounts.ts";

const subjects = new Subjects("demo");
const v7 = version("v7");
const role = { kind: "actor" };
/** A door, a call edge, variants, a self-edge, an answer to the client, a question to a person. */
const SHOP = {
  name: "shop",
  graph: { client: ["router"], router: ["worker", "pricer"], worker: ["worker", "client"], pricer: ["human"] },
  roles: { router: { ...role, calls: ["pricer"] }, pricer: role, worker: { ...role, variants: { gpu: ["gpu"] } } },
};

function version(text: string): Version {
  assert.ok(isVersion(text));
  return text;
}

function compiled(manifest: unknown, shards = 1): VersionedSystem {
  const result = compileUnknown(manifest);
  assert.ok(result.ok, JSON.stringify(result));
  return { subjects, shards, version: v7, system: result.system };
}

function shown({ name, users, exports, imports }: Account): string {
  const lines = imports.map(({ kind, from, subject, to }) => `  ${kind} ${from} ${subject}${to ? ` as ${to}` : ""}`);
  const allowed = users.flatMap(({ permissions }) => permissions?.subscribe ?? []).map((s) => `  subscribe ${s}`);
  return [name, ...exports.map(({ subject }) => `  export ${subject}`), ...allowed, ...lines].join("\n");
}

test("the rights of each role are exactly those that were reviewed", async () => {
  const golden = await readFile(new URL("./role-accounts.golden.txt", import.meta.url), "utf8");
  assert.equal(`${roleAccounts(compiled(SHOP)).map(shown).join("\n\n")}\n`, golden);
});

test("a user may publish what its account imports and nothing else, and an account has neither exports nor JetStream", () => {
  for (const { users, imports, exports, hasJetStream } of roleAccounts(compiled(SHOP, 3))) {
    assert.equal(users.length, 1);
    assert.deepEqual(
      users[0]?.permissions?.publish,
      imports.map(({ subject, to }) => to ?? subject),
    );
    assert.deepEqual([exports, hasJetStream], [[], false]);
  }
});

test("every line that a role imports is exported where it comes from", () => {
  const owners = systemAccounts(subjects, 3);
  for (const { name, imports } of roleAccounts(compiled(SHOP, 3))) {
    for (const { from, kind, subject } of imports) {
      const lines = owners.find((owner) => owner.name === from)?.exports.filter((line) => line.kind === kind) ?? [];
      assert.ok(
        lines.some((line) => covers(line.subject.split("."), subject.split("."))),
        `${name}: ${subject}`,
      );
    }
  }
});

const ROLES = ["a", "b", "c", "d", "e"] as const;
/** Enough edges to the client that most graphs are systems. */
const NODES = [...ROLES, ...Array.from({ length: 5 }, () => "client" as const)] as const;
const edges = fc.uniqueArray(fc.tuple(fc.constantFrom(...ROLES), fc.constantFrom(...NODES)), {
  selector: (edge) => edge.join(">"),
  minLength: 8,
  maxLength: 30,
});

/** A system with these edges; every role is a door. */
function randomSystem(pairs: readonly (readonly [string, string])[], hasVariant: boolean) {
  const graph: Record<string, string[]> = { client: [...ROLES] };
  for (const [from, to] of pairs) graph[from] = [...(graph[from] ?? []), to];
  const variants = hasVariant ? { b: { ...role, variants: { gpu: ["gpu"] } } } : {};
  const manifest = {
    name: "random",
    graph,
    roles: { ...Object.fromEntries(ROLES.map((r) => [r, role])), ...variants },
  };
  return compileUnknown(manifest);
}

test("for any graph, what an account may publish to others is its edges, and answers along them the other way", () => {
  let checked = 0;
  fc.assert(
    fc.property(edges, fc.boolean(), (pairs, hasVariant) => {
      const result = randomSystem(pairs, hasVariant);
      if (!result.ok) return; // a role from which the client cannot be reached: no such system exists
      checked++;
      const has = (from: string, to: string) => pairs.some(([f, t]) => f === from && t === to);
      for (const account of roleAccounts({ subjects, shards: 2, version: v7, system: result.system })) {
        const self = ROLES.find((r) => roleAccountName(v7, r) === account.name);
        assert.ok(self);
        const lines = account.imports.filter(({ to }) => to === undefined).map(({ subject }) => subject.split("."));
        for (const { subject, isLegal } of attempts(self, has, hasVariant)) {
          const tokens = subject.split(".");
          const may = lines.some((line) => covers(line, tokens));
          assert.equal(may, isLegal, `${self}: ${subject}`);
        }
      }
    }),
    { numRuns: 60 },
  );
  assert.ok(checked > 20, `only ${checked} of the random graphs were systems`);
});

/** Every record that anybody could write to anybody, with whether `self` may. */
function* attempts(self: string, has: (from: string, to: string) => boolean, hasVariant: boolean) {
  const mailboxes: (readonly [string, string])[] = ROLES.map((r) => [r, r]);
  if (hasVariant) mailboxes.push(["b_gpu", "b"]);
  for (const at of ["0.v7", "1.v7", "0.v8", "2.v7", "0.all"]) {
    const isHere = at === "0.v7" || at === "1.v7";
    const under = `demo.log.${at}.T.H`;
    for (const from of [...ROLES, "client", "human", "timer", "supervisor", "*", ">"]) {
      const isOwn = isHere && from === self;
      for (const [to, receiver] of mailboxes) {
        for (const kind of ["send", "fan", "call"]) {
          yield { subject: `${under}.${from}.m.${kind}.${to}`, isLegal: isOwn && has(self, receiver) };
        }
        yield { subject: `${under}.${from}.m.reply.${to}`, isLegal: isOwn && has(receiver, self) };
        yield { subject: `${under}.${from}.m.again1.${to}`, isLegal: false };
        yield { subject: `${under}.${from}.m.*.${to}`, isLegal: false };
      }
      yield { subject: `${under}.${from}.c.claim.1`, isLegal: isOwn };
      yield { subject: `${under}.${from}.s.step.1`, isLegal: isOwn };
      yield { subject: `${under}.${from}.t.done.client`, isLegal: false };
      yield { subject: `${under}.${from}.m.send.client`, isLegal: false };
    }
    yield { subject: `demo.log.${at}.T.end.end.t.done.client`, isLegal: isHere && has(self, "client") };
    for (const owner of ROLES) {
      const isLegal = at === "0.all" && owner === self;
      yield { subject: `demo.log.${at}.S.state.${owner}.v.rev.1`, isLegal };
    }
    yield { subject: `demo.log.${at}.S.queue.client.v.turn.1`, isLegal: false };
  }
}

/** Whether every subject of the second filter is one of the first. A literal `*` or `>` counts as a token, as the server takes it. */
function covers(wide: readonly string[], narrow: readonly string[]): boolean {
  for (let i = 0; i < wide.length; i++) {
    const token = wide[i];
    if (token === ">") return narrow.length > i;
    const given = narrow[i];
    if (given === undefined || (token !== "*" && token !== given)) return false;
  }
  return wide.length === narrow.length;
}
