/**
 * A system on a nats-server that has nothing but what `troupe auth export` wrote, TLS on both sides: started, attacked, its credentials
 * expiring, rotated and revoked under it, all by the commands that an operator has.
 */
import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { connectTroupe, parseCreds, type TroupeClient } from "@troupe/runtime";
import { findServer, startGuarded } from "@troupe/runtime/internal";
import { z } from "zod";
import { makeCertificates, whyNoCertificates } from "../support/certificates.ts";
import { freePort } from "../support/free-port.ts";
import { type Ended, eventually, TroupeProcess } from "../support/troupe-cli.ts";

const RELAY = fileURLToPath(new URL("../support/cli-relay-system.ts", import.meta.url));
const skip = await whyNoCertificates();

const lastJson = ({ stdout }: Ended): unknown => JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");

describe("a system on servers that an operator runs", { skip }, () => {
  const opened = new AsyncDisposableStack();
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  let address: string[];
  let client: TroupeClient;

  const start = (...args: string[]): TroupeProcess => {
    const started = new TroupeProcess(args, folder, undefined, environment);
    opened.defer(() => started.killAll());
    return started;
  };
  const troupe = async (...args: string[]): Promise<Ended> => {
    const ended = await start(...args).ends();
    assert.equal(ended.code, 0, `troupe ${args.join(" ")}:\n${ended.stdout}\n${ended.stderr}`);
    return ended;
  };

  async function runTask(input: string): Promise<void> {
    const { task_id: id } = await client.submit("first", input);
    const { status, result } = await client.result(id, { signal: AbortSignal.timeout(30_000) });
    assert.deepEqual([status, result], ["completed", `${input} first second`]);
  }

  before(async () => {
    const cache = fileURLToPath(new URL("../../.cache/", import.meta.url));
    await mkdir(cache, { recursive: true });
    folder = await mkdtemp(join(cache, "operator-"));
    opened.defer(() => rm(folder, { recursive: true, force: true }));
    await copyFile(RELAY, join(folder, "system.ts"));
    const { ca, server, client: own } = await makeCertificates(folder);
    const { TROUPE_TLS_CA: _, ...rest } = process.env;
    environment = { ...rest, TROUPE_TLS_CA: ca, TROUPE_TLS_CERT: own.cert, TROUPE_TLS_KEY: own.key };
    const port = await freePort();
    address = ["--nats", `tls://127.0.0.1:${port}`, "--keys", "auth/creds"];
    await troupe("auth", "create", "--system", "troupe");
    for (const node of ["node-1", "node-2"]) await troupe("auth", "create", "node", node);
    const place = [
      "--listen",
      `127.0.0.1:${port}`,
      "--store",
      join(folder, "js"),
      "--accounts",
      join(folder, "accounts"),
    ];
    const tls = ["--tls-cert", server.cert, "--tls-key", server.key, "--tls-ca", ca, "--mtls"];
    await troupe("auth", "export", "--out", "nats.conf", ...place, ...tls);
    const nats = await startGuarded({
      command: await findServer({ env: process.env }),
      args: ["-c", join(folder, "nats.conf")],
      outputFile: join(folder, "nats.log"),
    });
    opened.defer(() => nats.stop());
    // Credentials of roles end every six seconds: whatever these tests do, they expire under it.
    await start("issuer", ...address.slice(0, 2), "--role-minutes", "0.1").shows(/issuer of system troupe/);
    await start("start", ...address).shows(/Running\./);
    const credentials = parseCreds(await readFile(join(folder, "auth/creds/client.creds"), "utf8"));
    client = await connectTroupe({
      url: address[1] ?? "",
      credentials: () => credentials,
      tls: { ca, cert: own.cert, key: own.key },
    });
    opened.defer(() => client.close());
  });
  after(() => opened.disposeAsync());

  test("tasks run, also while the credentials of every role expire and are renewed", async () => {
    const until = performance.now() + 8_000;
    for (let n = 1; performance.now() < until; n++) {
      await runTask(`task ${n}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });

  test("as each role, nothing that the graph forbids succeeds", async () => {
    const Report = z.looseObject({
      refused: z.boolean(),
      attempts: z.array(z.looseObject({ isRefused: z.boolean() })),
    });
    const { refused, attempts } = Report.parse(lastJson(await troupe("graph", "check", ...address, "--json")));
    assert.equal(refused, true);
    assert.ok(attempts.length > 500, `only ${attempts.length} attempts`);
    assert.ok(attempts.every(({ isRefused }) => isRefused));
  });

  test("keys are shown without their seeds, unless one is asked for by name", async () => {
    const { stdout } = await troupe("auth", "show");
    for (const name of ["supervisor", "operator", "gateway", "client", "tools", "node/node-1", "node/node-2"]) {
      assert.match(stdout, new RegExp(`^${name} +U[A-Z2-7]{55} +until `, "m"));
    }
    assert.doesNotMatch(stdout, /SU[A-Z2-7]{56}/);
    const asked = await troupe("auth", "show", "--seed", "gateway");
    assert.equal(asked.stdout.match(/SU[A-Z2-7]{56}/g)?.length, 1);
  });

  test("a gateway whose key is replaced goes on with the new one, and the old one is no good any more", async () => {
    const file = join(folder, "auth/creds/gateway.creds");
    const old = parseCreds(await readFile(file, "utf8"));
    await troupe("auth", "rotate", "gateway", ...address);
    assert.notEqual(parseCreds(await readFile(file, "utf8")).seed, old.seed);
    await runTask("after rotation");
    const stale = { url: address[1] ?? "", credentials: () => old, tls: tlsOf(environment) };
    await assert.rejects(connectTroupe(stale), { code: "unauthorized" });
  });

  test("a node that is revoked is cut off within seconds, and the others do its work", async () => {
    await troupe("auth", "revoke", "node-2", ...address);
    await eventually("node-2 is gone", 20_000, async () => {
      const log = await readFile(join(folder, ".troupe/logs/node-2.log"), "utf8");
      return /Authentication Revoked|Authorization Violation/.test(log) ? true : undefined;
    });
    for (let n = 1; n <= 5; n++) await runTask(`without node-2, ${n}`);
  });
});

function tlsOf(environment: NodeJS.ProcessEnv) {
  const { TROUPE_TLS_CA: ca = "", TROUPE_TLS_CERT: cert = "", TROUPE_TLS_KEY: key = "" } = environment;
  return { ca, cert, key };
}
