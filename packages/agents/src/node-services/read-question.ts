import { TroupeError } from "@troupe/runtime";
import { type ZodType, z } from "zod";

/** What a host asks a service of its node. Throws `invalid_request` with every problem; `about` names the service where its questions do not. */
export function readQuestion<T>(schema: ZodType<T>, body: unknown, about?: string): T {
  const question = schema.safeParse(body);
  if (question.success) return question.data;
  const problems = z.prettifyError(question.error);
  throw new TroupeError("invalid_request", about === undefined ? problems : `${about}: ${problems}`);
}
