/** What a server that is starting says of itself. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Link } from "../nats/connection.ts";

const Ports = z.object({ nats: z.array(z.string()).min(1), monitoring: z.array(z.string()).optional() });
/** URLs that the server chose. */
export type ServerPorts = z.infer<typeof Ports>;

/** The server's ports file; `undefined` = not there yet, or half written. */
export async function readPorts(file: string): Promise<ServerPorts | undefined> {
  try {
    return Ports.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return undefined; // not yet; the caller has the deadline
  }
}

/** Whether JetStream is up for the link's account. */
export async function jetStreamAnswers(link: Link): Promise<boolean> {
  try {
    const answer = await link.nc.request(`${link.apiPrefix}.INFO`, "", { timeout: 500 });
    return !answer.string().includes('"error"');
  } catch {
    return false; // not yet; the caller has the deadline
  }
}
