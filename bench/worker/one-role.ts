/** A host's seat of the one role, with as many replicas as it is told to have. */
import type { RoleSeat } from "@troupe/runtime/internal";
import type { ChainSettings } from "../messages.ts";
import oneRole from "../scale/one-role-system.ts";
import { benchLogger } from "./bench-logger.ts";
import { openSeat } from "./open-seat.ts";
import { runWorker, type Work } from "./worker.ts";

async function join(role: string, settings: ChainSettings): Promise<Work> {
  const seat = await openSeat({ settings, system: oneRole, role, logger: benchLogger("one-role") });
  const replicas: ReturnType<RoleSeat["replica"]>[] = [];
  return {
    resize: async (count, concurrency) => {
      await Promise.all(replicas.splice(count).map((replica) => replica.stop()));
      const spec = { role, concurrency, epoch: 1, isPaused: false };
      await Promise.all(replicas.map((replica, index) => replica.update({ ...spec, index })));
      while (replicas.length < count) {
        const index = replicas.length;
        const replica = seat.replica(`${settings.version}/${role}/${index}`, { ...spec, index });
        replicas.push(replica);
        await replica.start();
      }
    },
    leave: async () => {
      await Promise.all(replicas.map((replica) => replica.stop()));
      await seat.close();
    },
  };
}

runWorker(join);
