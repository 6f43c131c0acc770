/** The client of every chain: a closed loop that starts tasks and sees them end. */
import { openLink } from "@troupe/runtime/internal";
import { type ChainSettings, linkOf } from "../messages.ts";
import { benchLogger } from "./bench-logger.ts";
import { closedLoop } from "./closed-loop.ts";
import { openStarter } from "./starter.ts";
import { runWorker, type Work } from "./worker.ts";

async function join(_name: string, settings: ChainSettings): Promise<Work> {
  const logger = benchLogger(`load-${settings.chain}`);
  const link = await openLink({ ...linkOf(settings), name: `bench/load/${settings.chain}`, logger });
  const starter = await openStarter(link, settings);
  return {
    run: (load, onMeasuring) => closedLoop(load, () => starter.run(load.step), onMeasuring),
    leave: async () => {
      starter.close();
      await link.close();
    },
  };
}

runWorker(join);
