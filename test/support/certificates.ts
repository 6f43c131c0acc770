/** Certificates made on the spot: an authority, a server's for 127.0.0.1, a client's. Needs openssl. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Certificates {
  readonly ca: string;
  readonly server: { readonly cert: string; readonly key: string };
  readonly client: { readonly cert: string; readonly key: string };
}

/** Whether they can be made here; else why not, for a test that is skipped. */
export async function whyNoCertificates(): Promise<string | false> {
  try {
    await run("openssl", ["version"]);
    return false;
  } catch {
    return "openssl is not here";
  }
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** Makes them in a folder. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const ca = { cert: join(folder, "ca.pem"), key: join(folder, "ca.key") };
  const ofAuthority = ["-subj", "/CN=test authority", "-keyout", ca.key, "-out", ca.cert];
  await run("openssl", ["req", "-x509", ...NEW_KEY, "-days", "2", ...ofAuthority]);
  const issue = async (name: string, extension: string) => {
    const made = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
    const [request, extensions] = [join(folder, `${name}.csr`), join(folder, `${name}.ext`)];
    await writeFile(extensions, extension);
    await run("openssl", ["req", ...NEW_KEY, "-subj", `/CN=${name}`, "-keyout", made.key, "-out", request]);
    const signedBy = ["-CA", ca.cert, "-CAkey", ca.key, "-CAcreateserial"];
    const signed = ["-in", request, "-extfile", extensions, "-out", made.cert];
    await run("openssl", ["x509", "-req", "-days", "2", ...signedBy, ...signed]);
    return made;
  };
  return {
    ca: ca.cert,
    server: await issue("server", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
    client: await issue("client", "extendedKeyUsage=clientAuth"),
  };
}
