import type { Scope } from "../cli.ts";

/** Nobody should wait for longer without knowing what for. */
const SLOW_MS = 2_000;

/** The promise's value; says what is being waited for when that takes a while. */
export async function saidWhenSlow<T>(
  { clock, terminal }: Pick<Scope, "clock" | "terminal">,
  what: string,
  work: Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const isSlow = clock.sleep(SLOW_MS, done.signal).then(
    () => true,
    () => false,
  );
  void isSlow.then((slow) => slow && terminal.note(terminal.paint("dim", `${what} …`)));
  try {
    return await work;
  } finally {
    done.abort();
  }
}
