/** A twentieth of the quota at a time: a slice that lies unused at one gateway costs the caller no more. */
const PARTS = 20;

/** How much a gateway takes of a quota at once: less towards the end, so that the rest is not shut up in slices. Pure. */
export const sliceSize = (quota: number, taken: number): number =>
  Math.max(1, Math.min(Math.ceil(quota / PARTS), Math.floor((quota - taken) / 4)));
