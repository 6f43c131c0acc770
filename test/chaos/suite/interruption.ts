/** Stacks of what a run has started, in the order in which they were opened. */
const OPEN = new Set<AsyncDisposableStack>();

/** A stack that an interrupted run disposes of as well. */
export function interruptible(): AsyncDisposableStack {
  const stack = new AsyncDisposableStack();
  OPEN.add(stack);
  stack.defer(() => void OPEN.delete(stack));
  return stack;
}

/** Ends what was started, the newest first. */
export async function endAll(): Promise<void> {
  for (const stack of [...OPEN].toReversed()) await stack.disposeAsync();
}
