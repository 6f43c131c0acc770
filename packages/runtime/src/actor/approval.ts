import type { ApprovalRule } from "../contracts/approval.ts";
import type { Json } from "./outcome.ts";

/** What a person is asked, by whom, for how long. What is not said is as the system says (`approvals`), else one person within 24 h. */
export interface ApprovalRequest extends ApprovalRule {
  /** The exact act, at most 64 KiB as JSON: approved is this and nothing else. */
  readonly act: Json;
  /** The same in a line or two, for people; at most 2,000 characters. */
  readonly summary?: string | undefined;
}

/** What people said. `hash` is of what they were asked. */
export type ApprovalAnswer =
  | { readonly isApproved: true; readonly hash: string; readonly by: readonly string[] }
  | {
      readonly isApproved: false;
      readonly hash: string;
      readonly why: "denied" | "expired";
      /** Who said no, and why. */
      readonly by?: string;
      readonly reason?: string;
    };
