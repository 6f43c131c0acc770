/** Thrown where a command was waiting when Ctrl-C or SIGTERM came. */
export class Interruption extends Error {
  override readonly name = "Interruption";
}

/** The promise's outcome, or an {@link Interruption} as soon as the signal aborts. */
export async function unlessInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw new Interruption("interrupted");
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new Interruption("interrupted"));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
