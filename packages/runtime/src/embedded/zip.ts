import { inflateRawSync } from "node:zlib";

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly size: number;
  readonly offset: number;
}

const END_OF_DIRECTORY = Buffer.from([0x50, 0x4b, 5, 6]);

/** The content of the first file of a zip whose name ends so; `undefined` when there is none. Without zip64: archives below 4 GiB. */
export function readZipEntry(zip: Buffer, fileName: string): Buffer | undefined {
  const entry = listEntries(zip).find(({ name }) => name.split("/").at(-1) === fileName);
  if (!entry) return undefined;
  // The local header repeats the name and may carry other extra fields than the directory says.
  const start = entry.offset + 30 + zip.readUInt16LE(entry.offset + 26) + zip.readUInt16LE(entry.offset + 28);
  const packed = zip.subarray(start, start + entry.size);
  return entry.method === 0 ? packed : inflateRawSync(packed);
}

function listEntries(zip: Buffer): Entry[] {
  const end = zip.lastIndexOf(END_OF_DIRECTORY);
  if (end < 0) throw new Error("not a zip archive");
  const entries: Entry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const nameLength = zip.readUInt16LE(at + 28);
    entries.push({
      name: zip.toString("utf8", at + 46, at + 46 + nameLength),
      method: zip.readUInt16LE(at + 10),
      size: zip.readUInt32LE(at + 20),
      offset: zip.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}
