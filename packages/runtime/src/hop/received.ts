import type { Context } from "../actor/context.ts";
import type { Json } from "../actor/outcome.ts";
import { messageOf, TroupeError } from "../errors.ts";
import type { Execution } from "./execution.ts";

/** What the handler itself says to its message. Of values that it was given back nothing leaves it: neither in its outcome nor in its errors. */
export function received(x: Execution, context: Context, message: Json): unknown {
  const { instance } = x.role;
  if (x.taken === undefined) return instance.receive(message, context);
  return hidden(x, () => instance.receive(message, context));
}

async function hidden(x: Execution, run: () => unknown): Promise<unknown> {
  try {
    return x.hide(await run());
  } catch (thrown) {
    if (x.taken?.isOpen !== true) throw thrown;
    // The cause would hold what is hidden here.
    // oxlint-disable-next-line preserve-caught-error
    if (!TroupeError.is(thrown)) throw new Error(x.hide(messageOf(thrown)));
    const { code, message, details } = thrown;
    // oxlint-disable-next-line preserve-caught-error
    throw new TroupeError(code, x.hide(message), { details: x.hide(details) });
  }
}
