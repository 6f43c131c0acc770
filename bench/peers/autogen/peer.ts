import { fileURLToPath } from "node:url";
import { freePort } from "../../../test/support/free-port.ts";
import { RELAY_ROLES } from "../../relay.ts";
import { pipInstall } from "../install.ts";
import type { Peer } from "../peer.ts";
import { probesOf, startPart, untilListening } from "../peer-process.ts";

const RELAY = fileURLToPath(new URL("./relay.py", import.meta.url));

export const autogen: Peer = {
  id: "autogen",
  title: "AutoGen Core 0.7, gRPC runtime",
  keeps: "nothing: messages are in memory, and lost with a process",
  install: (folder) =>
    pipInstall(folder, ["autogen-core==0.7.5", "autogen-ext[grpc]==0.7.5"], "autogen_ext/runtimes/grpc"),
  open: async (place) => {
    const port = await freePort();
    const env = { PYTHONPATH: place.folder };
    const start = (part: string) => startPart(place, { part, program: RELAY, args: [`127.0.0.1:${port}`], env });
    const host = await start("host");
    await untilListening(port);
    const roles = await Promise.all(RELAY_ROLES.map(start));
    const client = await start("client");
    const pids = Object.fromEntries([host, ...roles, client].map(({ name, pid }) => [name, pid]));
    return { client, probes: probesOf(pids) };
  },
};
