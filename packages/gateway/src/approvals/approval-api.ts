import {
  type Approval,
  type ApprovalList,
  ApprovalList as ApprovalListAnswer,
  type ApprovalListRequest,
  type ApprovalView,
  type ApprovalVote,
  type AuditEvent,
  answerRecord,
  answersFilter,
  approvalAuditId,
  approvalsOf,
  approvalView,
  type DecideBody,
  type DecideOncePorts,
  decideOnce,
  type Logger,
  messageOf,
  type OpenWait,
  parseApprovalId,
  parseTaskId,
  type ReplyBody,
  type Subjects,
  type TaskId,
  type TaskRecord,
  TroupeError,
  taskPassport,
} from "@troupe/runtime/internal";
import { readKnownTask } from "../task/known-task.ts";
import type { Caller } from "../task/task-api.ts";
import type { TaskReader } from "../watch/task-reader.ts";
import type { Approver } from "./approver.ts";
import { judgeDecision } from "./judge-decision.ts";

export interface ApprovalApiPorts extends DecideOncePorts {
  readonly subjects: Subjects;
  readonly reader: TaskReader;
  /** Asks the supervisor, who has the index. Throws `unavailable` without one. */
  readonly askSupervisor: (verb: string, body: unknown) => Promise<unknown>;
  /** Resolves when the entry is stored. */
  readonly audit: (event: AuditEvent, details: { readonly id: string }) => Promise<void>;
  /** Tells watchers that something was recorded. */
  readonly hint: (task: TaskId) => void;
  readonly logger: Logger;
}

/** How often a decision is judged anew since somebody else's came first. */
const MOST_ROUNDS = 20;

/** What can be done with approvals, whatever protocol asks. A task that a walled caller may not see is `unknown_approval`. */
export class ApprovalApi {
  readonly #ports: ApprovalApiPorts;

  constructor(ports: ApprovalApiPorts) {
    this.#ports = ports;
  }

  /** What waits for people, oldest first. Throws `unavailable` without a supervisor. */
  async list({ tenant, isWalled }: Caller, { limit }: ApprovalListRequest): Promise<ApprovalList> {
    const query = { ...(limit === undefined ? {} : { limit }), ...(isWalled ? { tenant } : {}) };
    return ApprovalListAnswer.parse(await this.#ports.askSupervisor("approvals", query));
  }

  async show(caller: Caller, id: string): Promise<ApprovalView> {
    return approvalView((await this.#find(caller, id)).approval);
  }

  /**
   * Decides. Once this answers, the decision is in the log and in the audit; saying the same again is the same decision. Throws what
   * {@link judgeDecision} throws, `unknown_approval`, `outcome_unknown`, `store_full`, `unavailable`.
   */
  async decide(approver: Approver, id: string, decision: DecideBody): Promise<ApprovalView> {
    const { subjects, clock, hint } = this.#ports;
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      const { approval, records } = await this.#find(approver.caller, id);
      const verdict = judgeDecision(approval, approver, decision, clock.nowMs());
      if (verdict.kind === "repeated") return approvalView(approval);
      const { next } = verdict;
      const passport = taskPassport(records, clock.nowMs());
      if (passport === undefined) throw unknownApproval(id);
      const record = answerRecord(subjects, next, "human", replyOf(approval, approver, decision), passport);
      const stored = await decideOnce(this.#ports, answersFilter(subjects, next), record);
      // Somebody was faster, or this very decision was stored and its answer got lost: the log tells which.
      if (stored.kind === "exists") continue;
      hint(approval.task);
      const { approval: decided } = await this.#find(approver.caller, approval.id);
      await this.#tellAudit(decided, next, approver, decision);
      if (decided.state === "expired") throw expired(decided.id);
      return approvalView(decided);
    }
    throw new TroupeError("unavailable", `${id} could not be decided: others decide at the same time`);
  }

  async #find(caller: Caller, id: string): Promise<{ approval: Approval; records: readonly TaskRecord[] }> {
    const place = parseApprovalId(id);
    const task = place?.task ?? parseTaskId(id)?.id;
    if (task === undefined) throw unknownApproval(id);
    const { records } = await this.#read(caller, task, id);
    const approvals = approvalsOf(this.#ports.subjects, records);
    const asked =
      place === undefined
        ? approvals.filter(({ state }) => state === "pending")
        : approvals.filter((one) => one.id === id);
    const [approval] = asked;
    if (approval === undefined) throw unknownApproval(id);
    if (asked.length === 1) return { approval, records };
    throw new TroupeError("conflict", `task ${task} waits for ${asked.length} approvals; name one of them`, {
      details: { approvals: asked.map((one) => one.id) },
    });
  }

  async #read(caller: Caller, task: TaskId, id: string) {
    try {
      return await readKnownTask(this.#ports.reader, caller, task);
    } catch (error) {
      if (!TroupeError.is(error, "unknown_task")) throw error;
      throw unknownApproval(id, error.cause);
    }
  }

  /** The decision stands, whatever becomes of its entry: the supervisor, who sees it in the log, tells the audit as well. */
  async #tellAudit(
    { id: approval, task, hash, state }: Approval,
    { awaited }: OpenWait,
    { name, proof }: Approver,
    { verdict, reason }: DecideBody,
  ): Promise<void> {
    const said = state === "expired" ? "expired" : verdict === "approve" ? "approved" : "denied";
    const why = reason === undefined ? hash : `${hash} ${reason}`;
    const who = { user: name, claimed: proof };
    const event = { event: "approval", who, task, approval, verdict: said, reason: why.slice(0, 1_000) } as const;
    try {
      await this.#ports.audit(event, { id: approvalAuditId(task, awaited.hop, "decision") });
    } catch (error) {
      this.#ports.logger.error({ approval, reason: messageOf(error) }, "a decision is not in the audit yet");
    }
  }
}

function replyOf({ hash }: Approval, { name: by, proof }: Approver, { verdict, reason }: DecideBody): ReplyBody {
  const said = { hash, by, proof };
  const vote = (reason === undefined ? said : { ...said, reason }) satisfies ApprovalVote;
  if (verdict === "approve") return { value: vote };
  return { error: { code: "approval_denied", message: `denied by ${by}`, details: vote } };
}

const expired = (id: string): TroupeError =>
  new TroupeError("approval_expired", `the time to decide on ${id} was over when the decision was stored`);

const unknownApproval = (id: string, cause?: unknown): TroupeError =>
  new TroupeError("unknown_approval", `no approval ${id.slice(0, 200)}`, { cause });
