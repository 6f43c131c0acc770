/** The part that every worker process shares: reads messages from the report, answers them, and ends when the report ends. */
import { messageOf } from "@troupe/runtime/internal";
import { type ChainSettings, type FromWorker, type Load, type LoadResult, ToWorker } from "../messages.ts";

/** What a worker does once it has joined a chain. */
export interface Work {
  /** Only the load process measures. */
  run?(load: Load, onMeasuring: () => void): Promise<LoadResult>;
  /** Only a host of replicas can have more of them, or fewer. */
  resize?(replicas: number, concurrency: number): Promise<void>;
  leave(): Promise<void>;
}

function send(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

export function runWorker(join: (role: string, settings: ChainSettings) => Promise<Work>): void {
  let work: Work | undefined;
  const answer = async (message: ToWorker): Promise<void> => {
    switch (message.type) {
      case "join":
        work = await join(message.role, message.settings);
        return send({ type: "joined" });
      case "load": {
        if (!work?.run) throw new Error("this worker does not measure");
        const result = await work.run(message.load, () => send({ type: "measuring" }));
        return send({ type: "measured", result });
      }
      case "usage": {
        const { user, system } = process.cpuUsage();
        await globalThis.gc?.({ type: "major", execution: "async" });
        const heap = globalThis.gc ? { heapBytes: process.memoryUsage().heapUsed } : {};
        const usage = { cpuMs: (user + system) / 1_000, rssBytes: process.memoryUsage.rss(), ...heap };
        return send({ type: "used", usage });
      }
      case "resize": {
        if (!work?.resize) throw new Error("this worker has no replicas");
        await work.resize(message.replicas, message.concurrency);
        return send({ type: "resized" });
      }
      case "leave":
        await work?.leave();
        process.disconnect?.();
        return;
    }
  };
  process.on("message", (raw) => {
    answer(ToWorker.parse(raw)).catch((error: unknown) => send({ type: "failed", message: messageOf(error) }));
  });
  process.on("disconnect", () => process.exit());
}
