import { type Clock, messageOf, TroupeError } from "@troupe/runtime";
import { type Link, requireAsAsked, Subjects, streamSpecs } from "@troupe/runtime/internal";
import { z } from "zod";
import { type Check, failed, ok, skipped } from "./check.ts";
import { judgeClock } from "./machine-checks.ts";

const StreamInfo = z.looseObject({
  ts: z.iso.datetime({ offset: true }),
  config: z.looseObject({ num_replicas: z.number() }),
  state: z.looseObject({ messages: z.number(), bytes: z.number() }),
});
type StreamInfo = z.infer<typeof StreamInfo>;
const Refusal = z.object({ error: z.object({ err_code: z.number().optional(), description: z.string() }) });

async function streamInfo(link: Link, name: string): Promise<StreamInfo> {
  const answer = await link.nc.request(`${link.apiPrefix}.STREAM.INFO.${name}`, "", { timeout: 5_000 });
  const value = answer.json();
  const refused = Refusal.safeParse(value);
  if (refused.success) throw new TroupeError("unavailable", `stream ${name}: ${refused.data.error.description}`);
  return StreamInfo.parse(value);
}

/** This machine's clock against the server's. */
export function clockCheck(link: Link, system: string, clock: Clock): Check {
  return {
    name: "clock",
    run: async () => {
      const before = clock.nowMs();
      const { ts } = await streamInfo(link, new Subjects(system).logStream(0));
      return judgeClock((before + clock.nowMs()) / 2 - Date.parse(ts));
    },
  };
}

/** Whether every stream and bucket has the settings that were asked for, and how much the task log holds. */
export function storeCheck(link: Link, system: string): Check {
  return {
    name: "store",
    run: async () => {
      const subjects = new Subjects(system);
      const log = await streamInfo(link, subjects.logStream(0));
      const specs = streamSpecs({ subjects, replicas: log.config.num_replicas });
      try {
        for (const spec of specs)
          requireAsAsked(`stream ${spec.name}`, spec, (await streamInfo(link, spec.name)).config);
      } catch (error) {
        return failed(
          messageOf(error),
          "stop the system and use a fresh store, or the version of Troupe that made this one",
        );
      }
      const { messages, bytes } = log.state;
      const size = `${messages} records, ${(bytes / 1024 ** 2).toFixed(1)} MiB`;
      return ok(`${specs.length} streams and buckets as asked for, R${log.config.num_replicas}; task log ${size}`);
    },
  };
}

/** Instead of the two above when the store cannot be seen with these rights. */
export const storeUnseen = (): Check => ({
  name: "store",
  run: async () => skipped("needs the operator's key: --keys FILE"),
});
