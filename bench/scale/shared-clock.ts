/** A clock that all processes of a machine share, ms: what one of them notes another can subtract. */
export const sharedClockMs = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;
