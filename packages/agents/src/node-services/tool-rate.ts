/** Counts calls of tools for all nodes: one row for each role and tool, changed by compare-and-set. */
import {
  type BrokerCaller,
  type BrokerHandler,
  type BrokerPorts,
  type BrokerService,
  type Json,
  TroupeError,
} from "@troupe/runtime";
import { CasBucket, OnDemand, type Row } from "@troupe/runtime/internal";
import { z } from "zod";
import { admitCall } from "../tools/gate/rate-window.ts";
import { deployedTool } from "./manifest-tool.ts";
import { NodeAccess } from "./node-access.ts";
import { readQuestion } from "./read-question.ts";
import { TOOL_RATE_SERVICE, type ToolRateAnswer, ToolRateQuestion } from "./tool-rate-messages.ts";

const count = z.int().min(0);
const RateRow = z.strictObject({ v: z.literal(1), window: z.array(z.tuple([count, count])).max(61) });
type RateRow = z.infer<typeof RateRow>;

/** A row that nobody has counted in for so long is as good as none. */
const KEPT_MS = 5 * 60_000;
const MAX_CONFLICTS = 50;
const CONFLICT_PAUSE_MS = 4;

/** The service, for a node's program. */
export const toolRateService = (): BrokerService => ({
  name: TOOL_RATE_SERVICE,
  open: (ports) => new ToolRateHandler(ports),
});

const keptMs = (): number => KEPT_MS;

const KEYS = "tools.";

/** Whether a row of the bucket counts calls of a tool; the providers' limits lie there as well. */
export const isToolRateKey = (key: string): boolean => key.startsWith(KEYS);

class ToolRateHandler implements BrokerHandler {
  readonly #ports: BrokerPorts;
  readonly #access: NodeAccess;
  readonly #rows = new OnDemand(() => this.#open());

  constructor(ports: BrokerPorts) {
    this.#ports = ports;
    this.#access = NodeAccess.of(ports);
  }

  async ask(caller: BrokerCaller, body: unknown): Promise<Json> {
    const question = readQuestion(ToolRateQuestion, body);
    const { tool } = await deployedTool(this.#ports, caller, question.tool);
    return { ...(await this.#admit(`${KEYS}${caller.role}.${tool.name}`, tool.callsPerMinute)) };
  }

  async close(): Promise<void> {
    await this.#access.close();
  }

  async #admit(key: string, limit: number): Promise<ToolRateAnswer> {
    const { clock, random } = this.#ports;
    const rows = await this.#rows.get();
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
      const row = await rows.get(key);
      const decision = admitCall(row?.value.window ?? [], limit, clock.nowMs());
      if (!decision.isAdmitted) return decision;
      const window = decision.window.map(([second, calls]): [number, number] => [second, calls]);
      if (await isWritten(rows, key, row, { v: 1, window })) return { isAdmitted: true };
      await clock.sleep(CONFLICT_PAUSE_MS * random.unit() * (1 + conflicts));
    }
    throw new TroupeError("overloaded", `too many nodes count calls of ${key} at once`);
  }

  async #open(): Promise<CasBucket<RateRow>> {
    const { subjects, clock, random, logger } = this.#ports;
    const link = await this.#access.link();
    return new CasBucket({ link, subjects, bucket: "limits", schema: RateRow, logger, clock, random, keptMs });
  }
}

async function isWritten(
  rows: CasBucket<RateRow>,
  key: string,
  row: Row<RateRow> | undefined,
  value: RateRow,
): Promise<boolean> {
  try {
    await rows.put(key, value, row?.revision);
    return true;
  } catch (error) {
    if (TroupeError.is(error, "conflict")) return false;
    throw error;
  }
}
