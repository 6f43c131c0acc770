import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { Subjects } from "../contracts/subjects.ts";
import { systemAccounts } from "../nats/accounts.ts";
import { ACCOUNTS, PLACE_OF_USER, USERS } from "../nats/users.ts";
import { type ServerConfig, serverConfigText } from "./server-config.ts";

const config: ServerConfig = {
  serverName: "demo",
  host: "127.0.0.1",
  port: 4222,
  storeDir: "/store/streams",
  portsDir: "/store/ports",
  logFile: '/store/a "b".log',
  accounts: systemAccounts(new Subjects("demo"), 1),
  publicKeys: {
    supervisor: "USUPERVISOR",
    operator: "UOPERATOR",
    host: "UHOST",
    node: "UNODE",
    gateway: "UGATEWAY",
    client: "UCLIENT",
    tools: "UTOOLS",
    sys: "USYS",
  },
};

test("the configuration is exactly the one that was reviewed", async () => {
  // Rights are decided here: a change of this file is a change of who may do what, and is read as one.
  const golden = await readFile(new URL("./server-config.golden.conf", import.meta.url), "utf8");
  assert.equal(serverConfigText(config), golden);
});

test("anonymous clients are allowed on loopback only", () => {
  for (const host of ["127.0.0.1", "localhost", "::1"])
    assert.match(serverConfigText({ ...config, host }), /no_auth_user/);
  for (const host of ["0.0.0.0", "10.0.0.1", "127.0.0.1.example.org"]) {
    assert.doesNotMatch(serverConfigText({ ...config, host }), /no_auth_user/);
  }
});

test("disk safety and monitoring are written when asked for", () => {
  const text = serverConfigText({ ...config, syncInterval: "always", monitorPort: 8222 });
  assert.match(text, /sync_interval: always/);
  assert.match(text, /http: "127\.0\.0\.1:8222"/);
});

test("only CORE has JetStream, every import is exported where it comes from, and nobody else exports the log", () => {
  const byName = new Map(config.accounts.map((account) => [account.name, account]));
  assert.deepEqual([...byName.keys()].toSorted(), [...ACCOUNTS].toSorted());
  for (const account of config.accounts) {
    assert.equal(account.hasJetStream, account.name === "CORE");
    assert.deepEqual(
      account.users.map(({ name }) => name),
      USERS.filter((user) => PLACE_OF_USER[user].account === account.name),
    );
    for (const line of account.imports) {
      const exported = byName.get(line.from)?.exports.filter(({ kind }) => kind === line.kind) ?? [];
      assert.ok(
        exported.some(({ subject }) => covers(subject, line.subject)),
        `${account.name} imports ${line.subject}, which ${line.from} does not export`,
      );
    }
  }
});

/** Whether every subject of the second filter is one of the first. */
function covers(wide: string, narrow: string): boolean {
  const [outer, inner] = [wide.split("."), narrow.split(".")];
  for (const [i, token] of outer.entries()) {
    if (token === ">") return inner.length > i;
    const given = inner[i];
    if (given === undefined || given === ">" || (token !== "*" && token !== given)) return false;
  }
  return outer.length === inner.length;
}
