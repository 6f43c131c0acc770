/** The relay on BullMQ: a queue and a worker for each role, which adds the job of the next; the client sees the last one complete. */
import { bodyOf, joined, requireFrom, SLOTS } from "../part.mjs";

const [part, folder, port] = process.argv.slice(2);
const { Queue, QueueEvents, Worker } = requireFrom(folder)("bullmq");
const connection = { host: "127.0.0.1", port: Number(port) };
const NEXT = { a: "b", b: "c" };
/** What is done leaves nothing behind, as everybody sets it who has many jobs. */
const JOB = { removeOnComplete: true, removeOnFail: true };

async function client() {
  const first = new Queue("a", { connection });
  const ends = new QueueEvents("c", { connection });
  await ends.waitUntilReady();
  const waiting = new Map();
  ends.on("completed", ({ returnvalue }) => {
    waiting.get(returnvalue)?.();
    waiting.delete(returnvalue);
  });
  let count = 0;
  const start = async () => {
    const task = `t${++count}`;
    const ended = new Promise((resolve) => waiting.set(task, resolve));
    await first.add("relay", bodyOf(task), JOB);
    await ended;
  };
  joined({ start, leave: () => Promise.all([first.close(), ends.close()]) });
}

async function role() {
  const next = NEXT[part] && new Queue(NEXT[part], { connection });
  const pass = async ({ data }) => {
    if (next) await next.add("relay", data, JOB);
    return data.task;
  };
  const worker = new Worker(part, pass, { connection, concurrency: SLOTS });
  await worker.waitUntilReady();
  joined({ leave: () => worker.close() });
}

await (part === "client" ? client() : role());
