/** Keys with which somebody on this machine can sign in as a role: those of a folder, or what signing keys make for the purpose. */
import { dirname } from "node:path";
import { type Clock, TroupeError } from "@troupe/runtime";
import {
  IssuerStore,
  isIssuerFolder,
  openRoleKeys,
  PLACE_OF_ROLE,
  readSigningKeys,
  roleCredentials,
  type SystemManifest,
  type Version,
} from "@troupe/runtime/internal";
import type { Address } from "../address.ts";
import { findRoleKeys, type SignIn } from "../keys.ts";

/** A version whose roles can be played from here. */
export interface PlayableVersion {
  readonly version: Version;
  readonly manifest: SystemManifest;
  readonly signInOf: (role: string) => Promise<SignIn>;
}

/** Long enough for every attempt as one role. */
const LIFETIME_S = 600;
/** No node has this name: what is signed for it shares no inbox with anybody. */
const CHECKER = "graph-check";

/** The asked version, else the newest. Throws `unauthorized` with what it means that there are no keys. */
export async function playableVersion(
  { keysFile, tls }: Pick<Address, "keysFile" | "tls">,
  wanted: string | undefined,
  clock: Clock,
): Promise<PlayableVersion> {
  const place = await findRoleKeys(keysFile);
  const transport = tls ? { tls } : {};
  const found =
    place === "issued" ? await signable(dirname(keysFile ?? ""), transport, clock) : await stored(place, transport);
  const playable =
    wanted === undefined
      ? found.toSorted((a, b) => numberOf(b) - numberOf(a))[0]
      : found.find(({ version }) => version === wanted);
  if (playable) return playable;
  const which = wanted === undefined ? "" : ` of ${wanted}`;
  throw new TroupeError(
    "unauthorized",
    `no keys of roles${which} here (${keysFile ?? "no --keys"}): run this where they are. Where roles have none at all, they share one NATS user, and the server checks no edge between them`,
  );
}

async function stored(
  place: { readonly folder: string } | undefined,
  transport: Pick<SignIn, "tls">,
): Promise<readonly PlayableVersion[]> {
  const keys = place === undefined ? [] : await openRoleKeys(place.folder);
  return keys.map(({ version, manifest, seeds }) => ({
    version,
    manifest,
    signInOf: async (role) => ({ ...transport, ...PLACE_OF_ROLE, seed: seeds[role] }),
  }));
}

/** The folder of credentials lies in the one with the signing keys, on the machine that has them. */
async function signable(
  folder: string,
  transport: Pick<SignIn, "tls">,
  clock: Clock,
): Promise<readonly PlayableVersion[]> {
  if (!(await isIssuerFolder(folder))) return [];
  const keys = await readSigningKeys(folder);
  const { versions } = await new IssuerStore(folder).open();
  return versions.map((version) => ({
    version: version.version,
    manifest: version.manifest,
    signInOf: async (role) => {
      const expiresAtS = Math.floor(clock.nowMs() / 1_000) + LIFETIME_S;
      const { inboxPrefix, ...credentials } = await roleCredentials(keys, version, role, CHECKER, expiresAtS);
      return { ...transport, ...PLACE_OF_ROLE, inboxPrefix, credentials: () => credentials };
    },
  }));
}

const numberOf = ({ version }: PlayableVersion): number => Number(version.slice(1));
