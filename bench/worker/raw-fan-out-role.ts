/**
 * A role of the raw fan-out: the first publishes a message for each of the eight, counts the answers in its memory, and publishes the end with the
 * last one; the other answers. The fewest messages that do it: nothing is kept of who waits for what.
 */
import type { ChainSettings } from "../messages.ts";
import { FAN_OUT, RAW_END, RAW_HOP, type RelayRole, requireRelayRole } from "../relay.ts";
import { openRawSeat, type RawMessage } from "./raw-seat.ts";
import { runWorker, type Work } from "./worker.ts";

const HOP_TOKEN = 5;
/** A hop token for each call, as long as a real one, since a record's subject is written once. */
const CALLS = Array.from({ length: FAN_OUT }, (_, call) => `${RAW_HOP.slice(1)}${call}`);

function asking(): (raw: RawMessage) => Promise<void> {
  const answers = new Map<string, number>();
  return async ({ task, message, publish }) => {
    const isStart = message.subject.split(".", HOP_TOKEN + 1)[HOP_TOKEN] === "start";
    if (isStart) return void (await Promise.all(CALLS.map((call) => publish(`${call}.a.m.call.b`))));
    const count = (answers.get(task) ?? 0) + 1;
    if (count < FAN_OUT) return void answers.set(task, count);
    answers.delete(task);
    return publish(RAW_END);
  };
}

const answering = ({ message, publish }: RawMessage): Promise<void> =>
  publish(`${message.subject.split(".", HOP_TOKEN + 1)[HOP_TOKEN] ?? ""}.b.m.reply.a`);

function join(name: string, settings: ChainSettings): Promise<Work> {
  const role: RelayRole = requireRelayRole(name);
  return openRawSeat(role, settings, role === "a" ? asking() : answering);
}

runWorker(join);
