/** What every part of a peer's relay in JavaScript shares: it says that it has joined, runs loads if it is the client, and ends with its parent. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { relayBody } from "../relay.ts";
import { closedLoop } from "../worker/closed-loop.ts";

/** Messages that a role takes at once: more than tasks are in flight. */
export const SLOTS = 128;

/** Requires from where the peer was installed. */
export const requireFrom = (folder) => createRequire(join(folder, "package.json"));

/** The 1 KiB of JSON that each task carries, with its key. */
export const bodyOf = (task) => ({ task, ...relayBody(false) });

function send(message) {
  if (process.connected) process.send(message);
}

/** `start` runs one task to its end; only the client has it. */
export function joined({ start, leave }) {
  const answer = async (message) => {
    if (message.type === "leave") {
      await leave();
      process.exit();
    }
    const result = await closedLoop(message.load, start, () => send({ type: "measuring" }));
    send({ type: "measured", result });
  };
  process.on("message", (message) => {
    answer(message).catch((error) => send({ type: "failed", message: String(error) }));
  });
  process.on("disconnect", () => process.exit());
  send({ type: "joined" });
}
