/** Approvals as operations of the HTTP interface. */
import { ApprovalList, ApprovalView, DecideBody } from "@troupe/runtime/internal";
import { z } from "zod";
import type { Operation } from "./operation.ts";
import { wholeNumber } from "./schemas.ts";

export const ApprovalListQuery = z.strictObject({ limit: wholeNumber.pipe(z.int().min(1).max(1_000)).optional() });

const ApprovalIdText = z
  .string()
  .regex(/^[0-9a-z-]{1,64}(\.[0-9a-z]{26}\.[1-9][0-9]{0,5})?$/)
  .meta({
    description: "Id of an approval, or of a task in which one approval waits.",
    examples: ["0-v1-01jd3m8q5x7c9v2k4n6p8r0t2w.0000000000000000000000000a.1"],
  });

export const APPROVAL_OPERATIONS: readonly Operation[] = [
  {
    id: "listApprovals",
    method: "GET",
    path: "/api/v1/approvals",
    permission: "task:read",
    summary: "What waits for a person's decision, oldest first.",
    query: ApprovalListQuery,
    success: { status: 200, description: "The approvals that are open.", schema: ApprovalList },
    errors: ["invalid_request", "unavailable"],
  },
  {
    id: "getApproval",
    method: "GET",
    path: "/api/v1/approvals/{id}",
    pathId: ApprovalIdText,
    permission: "task:read",
    summary: "An approval: the exact act, its hash, who may decide, and who has.",
    success: { status: 200, description: "The approval as it is now.", schema: ApprovalView },
    errors: ["unknown_approval", "conflict", "unavailable"],
  },
  {
    id: "decideApproval",
    method: "POST",
    path: "/api/v1/approvals/{id}/decision",
    pathId: ApprovalIdText,
    permission: "approval:decide",
    summary:
      "Approve or deny exactly the act with this hash. The first decision stands; nobody decides on an own request.",
    body: DecideBody,
    example: { verdict: "approve", hash: "0".repeat(64) },
    success: { status: 200, description: "Decided, and in the log.", schema: ApprovalView },
    errors: [
      "invalid_request",
      "unsupported_media_type",
      "body_too_large",
      "unknown_approval",
      "conflict",
      "approval_expired",
      "outcome_unknown",
      "store_full",
      "unavailable",
    ],
  },
];
