/** How much of the machine a run has: limits that are promises about a machine of one's own follow it. */
const WORK_MS = 200;
/** A machine that is busier than this gets no more time: so much waiting would hide what hangs. */
const MOST = 4;

/**
 * How many times longer than alone something takes that needs a processor, from 1 to 4; 1 = nobody else wants it. Measured by work of 200 ms of
 * processor time, in which this process does nothing else: for moments in which nothing of the run is at work.
 */
export function slowness(): number {
  const beganMs = performance.now();
  const before = process.cpuUsage();
  let usedMs = 0;
  while (usedMs < WORK_MS) {
    const { user, system } = process.cpuUsage(before);
    usedMs = (user + system) / 1_000;
  }
  return Math.min(MOST, Math.max(1, (performance.now() - beganMs) / usedMs));
}
