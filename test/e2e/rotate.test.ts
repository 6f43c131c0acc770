/** Keys of the embedded server are replaced while tasks run: nothing is lost, and the old keys are good for nothing in the end. */
import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { connectTroupe, type TroupeClient } from "@troupe/runtime";
import {
  callService,
  openLink,
  openRoleKeys,
  PLACE_OF_ROLE,
  roleKeysFolderOf,
  Subjects,
  USERS,
  type UserName,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { silentLogger as logger } from "../support/nats-server.ts";
import { eventually, TroupeProcess } from "../support/troupe-cli.ts";

const RELAY = fileURLToPath(new URL("../support/cli-relay-system.ts", import.meta.url));
const Seeds = z.partialRecord(z.enum(USERS), z.string());

const opened = new AsyncDisposableStack();
let folder: string;
let url: string;
let client: TroupeClient;

const keysFile = () => join(folder, ".troupe/nats/keys.json");
const seedsNow = async () => Seeds.parse(JSON.parse(await readFile(keysFile(), "utf8")));
async function roleSeedsNow(): Promise<readonly string[]> {
  const versions = await openRoleKeys(roleKeysFolderOf(keysFile()));
  return versions.flatMap(({ seeds }) => Object.values(seeds));
}

before(async () => {
  const cache = fileURLToPath(new URL("../../.cache/", import.meta.url));
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(join(cache, "rotate-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  await copyFile(RELAY, join(folder, "system.ts"));
  const system = new TroupeProcess(["start"], folder);
  opened.defer(async () => {
    system.child.kill("SIGTERM");
    await system.ends();
    await system.leavesNothing();
  });
  [, url = ""] = await system.shows(/NATS (nats:\S+)/);
  client = await connectTroupe({ url });
  opened.defer(() => client.close());
});
after(() => opened.disposeAsync());

test("tasks run on while the keys of every role and of every part are replaced, and no old key is good in the end", async () => {
  const old = await seedsNow();
  const oldRoles = await roleSeedsNow();
  const done = new AbortController();
  let completed = 0;
  const work = (async () => {
    while (!done.signal.aborted) {
      const { task_id: id } = await client.submit("first", "x");
      const { status } = await client.result(id, { signal: AbortSignal.timeout(60_000) });
      assert.equal(status, "completed");
      completed++;
    }
  })();
  // Not the anonymous client's own: that is the work's.
  const users = ["gateway", "node", "supervisor", "sys", "operator"] as const satisfies readonly UserName[];
  const { code, stderr } = await new TroupeProcess(["auth", "rotate", "roles"], folder).ends();
  assert.equal(code, 0, stderr);
  const operator = await openLink({ servers: url, name: "test", user: "operator", seed: old.operator, logger });
  opened.defer(() => operator.close());
  for (const whose of users) {
    await callService(operator, new Subjects("troupe").identities("rotate"), { v: 1, whose }, { timeoutMs: 15_000 });
  }
  const now = await seedsNow();
  for (const user of users) assert.notEqual(now[user], old[user], user);
  assert.equal(new Set([...oldRoles, ...(await roleSeedsNow())]).size, oldRoles.length * 2);
  const isGood = async (signIn: { readonly seed: string | undefined; readonly user?: UserName }): Promise<boolean> => {
    const options = { servers: url, name: "old", ...PLACE_OF_ROLE, ...signIn, firstConnectMs: 1, logger };
    const link = await openLink(options).catch(() => undefined);
    await link?.close();
    return link !== undefined;
  };
  await eventually("old keys are refused", 60_000, async () => {
    for (const user of users) if (await isGood({ user, seed: old[user] })) return undefined;
    for (const seed of oldRoles) if (await isGood({ seed })) return undefined;
    return true;
  });
  const atFirst = completed;
  await eventually("tasks go on", 60_000, () => (completed > atFirst + 5 ? true : undefined));
  done.abort();
  await work;
});
