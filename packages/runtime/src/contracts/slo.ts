/** Service level objectives (R-OPS-4): what a system promises, and how it keeps it. */
import { z } from "zod";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Longest window: as long as finished tasks are kept. */
export const LONGEST_SLO_WINDOW_MS = 30 * DAY;

const windowMs = z.int().min(HOUR).max(LONGEST_SLO_WINDOW_MS);
const share = z.number().min(0).max(1);
const ms = z.int().min(1).max(DAY);
const usd = z.number().gt(0).max(1_000_000);

const Availability = z
  .strictObject({
    /** Share of tasks that the system was there for. */
    target: share.lt(1).default(0.999),
    /** An alert fires below it. */
    alertBelow: share.default(0.995),
    windowMs: windowMs.default(30 * DAY),
  })
  .refine(({ target, alertBelow }) => alertBelow <= target, "alertBelow must not be above target");
const Latency = z
  .strictObject({
    /** 0.95 = 95 of 100 completed tasks take no longer than `targetMs`. */
    percentile: z.number().min(0.5).max(0.999).default(0.95),
    targetMs: ms.default(5_000),
    /** An alert fires above it. */
    alertMs: ms.default(8_000),
    windowMs: windowMs.default(DAY),
  })
  .refine(({ targetMs, alertMs }) => alertMs >= targetMs, "alertMs must not be below targetMs");
const Errors = z
  .strictObject({
    /** Share of tasks that may fail. */
    target: share.gt(0).default(0.01),
    /** An alert fires above it. */
    alertAbove: share.default(0.05),
    windowMs: windowMs.default(DAY),
  })
  .refine(({ target, alertAbove }) => alertAbove >= target, "alertAbove must not be below target");
const Cost = z
  .strictObject({
    /** US dollars that a task may cost on average. */
    targetUsd: usd.default(0.05),
    /** An alert fires above it. */
    alertUsd: usd.default(0.1),
    windowMs: windowMs.default(7 * DAY),
  })
  .refine(({ targetUsd, alertUsd }) => alertUsd >= targetUsd, "alertUsd must not be below targetUsd");

const off = z.literal(false);

/** Objectives of a system, as its file says them; what is absent has its defaults, `false` switches one off. */
export const Slos = z.strictObject({
  availability: z.union([off, Availability]).prefault({}),
  latency: z.union([off, Latency]).prefault({}),
  errors: z.union([off, Errors]).prefault({}),
  cost: z.union([off, Cost]).prefault({}),
});
export type Slos = z.infer<typeof Slos>;
/** As an author writes them. */
export type SlosInput = z.input<typeof Slos>;

export const SLO_NAMES = ["availability", "latency", "errors", "cost"] as const;
export type SloName = (typeof SLO_NAMES)[number];

/** One objective as it is kept now. */
const ObjectiveReport = z.strictObject({
  name: z.enum(SLO_NAMES),
  /** `met` and `missed` by the target; `alarming` = beyond the alert's threshold; `no_data` = nothing was counted in its window. */
  status: z.enum(["met", "missed", "alarming", "no_data"]),
  unit: z.enum(["share", "ms", "usd"]),
  target: z.number(),
  alert: z.number(),
  /** In the window; `null` without data. */
  value: z.number().nullable(),
  window_ms: z.number(),
  /** Tasks that it is computed from. */
  tasks: z.number(),
  /** Share of the window's error budget that is left: 1 = untouched, below 0 = overspent. `null` without data. */
  budget_left: z.number().nullable(),
  /** How fast the budget is spent in each of these windows that has data: 1 = it lasts exactly as long as the objective's window. */
  burn: z.array(z.strictObject({ window_ms: z.number(), rate: z.number(), tasks: z.number() })),
});
export type ObjectiveReport = z.infer<typeof ObjectiveReport>;

/** Answer of `<sys>.supervisor.slo` and of `GET /api/v1/slo`. */
export const SloReport = z.strictObject({
  system: z.string(),
  /** The leader's clock, RFC 3339. */
  at: z.string(),
  /** The first minute that was counted; `null` before any. */
  since: z.string().nullable(),
  objectives: z.array(ObjectiveReport),
});
export type SloReport = z.infer<typeof SloReport>;
