/** `troupe token`: API keys made, listed and revoked from a terminal, as gateways then know them. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Gateway } from "@troupe/gateway";
import { directGetAll } from "@troupe/runtime/internal";
import { z } from "zod";
import { type CommandEnded, runCommand } from "../support/cli-in-process.ts";
import { type GatewayBed, startGatewayBed } from "../support/gateway-bed.ts";
import { call } from "../support/gateway-callers.ts";
import { until } from "../support/stack.ts";

let bed: GatewayBed;
let gateway: Gateway;
let folder: string;

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  gateway = await bed.gateway({ auth: {} });
  folder = await mkdtemp(join(tmpdir(), "troupe-token-"));
  await writeFile(join(folder, "keys.json"), JSON.stringify({ operator: bed.server.seedOf("operator") }), {
    mode: 0o600,
  });
});
after(async () => {
  await bed[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const troupe = (...args: string[]): Promise<CommandEnded> =>
  runCommand([...args, "--nats", bed.server.url, "--keys", join(folder, "keys.json"), "--system", "demo"]);

const Key = z.looseObject({ id: z.string(), roles: z.array(z.string()), revokedAt: z.string().optional() });
const Made = Key.extend({ token: z.string() });
const models = (key: string) => call(gateway.url, "GET", "/v1/models", { key });

test("a key is made, shown once, works at once, and is refused once it is revoked", async () => {
  const { code, stdout, stderr } = await troupe("token", "create", "--user", "ann", "--tenant", "acme", "--json");
  assert.equal(code, 0, stderr);
  const made = Made.parse(JSON.parse(stdout));
  assert.deepEqual(made.roles, ["user"]);
  assert.match(made.token, new RegExp(`^troupe_${made.id}_`));
  await until("the gateway knows it", 15_000, async () => (await models(made.token)).status === 200);

  const listed = await troupe("token", "list", "--json");
  assert.equal(listed.code, 0, listed.stderr);
  const { tokens } = z.object({ tokens: z.array(Key) }).parse(JSON.parse(listed.stdout));
  assert.ok(tokens.some(({ id }) => id === made.id));
  assert.ok(!listed.stdout.includes(made.token.slice(-20)) && !listed.stdout.includes("hash"));

  const revoked = await troupe("token", "revoke", made.token, "--json");
  assert.equal(revoked.code, 0, revoked.stderr);
  assert.ok(Key.parse(JSON.parse(revoked.stdout)).revokedAt);
  await until("the gateway refuses it", 15_000, async () => (await models(made.token)).status === 401);
  assert.match((await troupe("token", "list")).stdout, new RegExp(`troupe_${made.id} .*acme/ann .*revoked`));

  const filter = bed.subjects.auditEntry("operator");
  const entries = await directGetAll(bed.core, bed.subjects.stream("AUDIT"), { filter });
  const texts = entries.map(({ body }) => Buffer.from(body).toString());
  for (const event of ["credentials_issued", "credentials_revoked"]) {
    assert.ok(
      texts.some((text) => text.includes(event) && text.includes(made.id)),
      event,
    );
  }
});

test("several access roles and a lifetime are taken, and what is no role, no id or no key is said so", async () => {
  const args = ["token", "create", "--user", "bob", "--role", "viewer", "--role", "operator", "--days", "30", "--json"];
  const made = Made.extend({ expiresAt: z.string() }).parse(JSON.parse((await troupe(...args)).stdout));
  assert.deepEqual(made.roles, ["viewer", "operator"]);
  const wrong: [string[], RegExp][] = [
    [["token", "create", "--user", "bob", "--role", "root"], /role/],
    [["token", "create"], /--user/],
    [["token", "revoke", "nonsense"], /invalid_id/],
    [["token", "revoke", "aaaaaaaaaaaa"], /token list/],
  ];
  for (const [command, words] of wrong) {
    const { code, stderr } = await troupe(...command);
    assert.ok(code === 1 || code === 2, `${command.join(" ")}: ${code}`);
    assert.match(stderr, words);
  }
});
