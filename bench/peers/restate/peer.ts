import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../test/support/free-port.ts";
import { RELAY_ROLES } from "../../relay.ts";
import { npmInstall } from "../install.ts";
import type { Peer } from "../peer.ts";
import { eventually, probesOf, startPart, startServer } from "../peer-process.ts";

const RELAY = fileURLToPath(new URL("./relay.mjs", import.meta.url));
const SERVER = `node_modules/@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`;

/** Its library prints a line for each call otherwise. */
const QUIET = { RESTATE_LOGGING: "ERROR" };

export const restate: Peer = {
  id: "restate",
  title: "Restate 1.7",
  keeps: "each call and its answer, in RocksDB's log, not synced (its default is to sync)",
  install: (folder) =>
    npmInstall(folder, ["@restatedev/restate-server@1.7.12", "@restatedev/restate-sdk@1.17.2"], SERVER),
  open: async (place) => {
    const { folder, store } = place;
    const [fabric, admin, ingress, ...ports] = await Promise.all(Array.from({ length: 6 }, freePort));
    const config = join(store, "restate.toml");
    await writeFile(config, configuration(store, { fabric, admin, ingress }));
    const server = await startServer(place, join(folder, SERVER), ["--no-logo", "--config-file", config]);
    const address = `http://127.0.0.1:${ingress}`;
    const parts = RELAY_ROLES.map((part, i) =>
      startPart(place, { part, program: RELAY, args: [folder, String(ports[i]), address], env: QUIET }),
    );
    const roles = await Promise.all(parts);
    for (const port of ports) await eventually("Restate", () => register(admin, port));
    const client = await startPart(place, { part: "client", program: RELAY, args: [folder, "0", address] });
    const pids = Object.fromEntries([...roles, client].map(({ name, pid }) => [name, pid]));
    return { client, probes: probesOf({ server, ...pids }) };
  },
};

interface Ports {
  readonly fabric: number | undefined;
  readonly admin: number | undefined;
  readonly ingress: number | undefined;
}

const configuration = (store: string, { fabric, admin, ingress }: Ports): string => `
base-dir = ${JSON.stringify(join(store, "data"))}
listen-mode = "tcp"
bind-ip = "127.0.0.1"
bind-port = ${fabric}
disable-telemetry = true
log-filter = "error"

[admin]
bind-port = ${admin}

[ingress]
bind-port = ${ingress}

[bifrost.local]
rocksdb-disable-wal-fsync = true

[log-server]
rocksdb-disable-wal-fsync = true
`;

async function register(admin: number | undefined, port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${admin}/deployments`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ uri: `http://127.0.0.1:${port}` }),
  });
  if (!response.ok) throw new Error(`it answered ${response.status}: ${await response.text()}`);
}
