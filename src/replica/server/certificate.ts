import { createHash, createPrivateKey, createPublicKey, webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { home } from '../../contracts/home.ts';
import { InputError } from '../../contracts/input-error.ts';

/** The host that serves the page, and the one that serves the scripts of a page that was saved from the real site. */
export const pageHosts = ['web.whatsapp.com', 'static.whatsapp.net'] as const;

export interface Certificate {
  cert: string;
  key: string;
  /** SHA-256 of the public key in base64; the browser is started with it as a trusted key. */
  spki: string;
}

let made: Promise<Certificate> | undefined;

/** The certificate of this process: the one in the home folder, which is made and kept there when it is missing or about to expire. */
export function processCertificate(): Promise<Certificate> {
  made ??= keptCertificate();
  return made;
}

async function keptCertificate(): Promise<Certificate> {
  const file = home('replica-certificate.json');
  const kept = readKept(file);
  if (kept) return kept;
  const certificate = await makeCertificate();
  // A replica in the tests of an application makes no folder in its project.
  if (existsSync(home())) keep(file, certificate);
  return certificate;
}

/** Null when there is none that a browser accepts until tomorrow. */
function readKept(file: string): Certificate | null {
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Certificate;
    const certificate = new X509Certificate(kept.cert);
    const lasts =
      Date.parse(certificate.validTo) > Date.now() + dayMs && Date.parse(certificate.validFrom) < Date.now();
    const fits =
      certificate.checkPrivateKey(createPrivateKey(kept.key)) &&
      kept.spki === spkiOf(certificate.publicKey.export({ type: 'spki', format: 'der' }));
    return lasts && fits && pageHosts.every((host) => certificate.checkHost(host)) ? kept : null;
  } catch {
    return null;
  }
}

function keep(file: string, certificate: Certificate): void {
  try {
    const temporary = `${file}.${process.pid}`;
    writeFileSync(temporary, JSON.stringify(certificate), { mode: 0o600 });
    renameSync(temporary, file);
  } catch {
    // One that cannot be kept is made again next time.
  }
}

/**
 * The certificate of the private key in `file`, which is made when it is missing: browsers trust the key, so their arguments stay valid.
 *
 * @throws InputError for a file without such a key.
 */
export async function certificateOfKey(file: string): Promise<Certificate> {
  if (existsSync(file)) return makeCertificate(await readKeys(file));
  const certificate = await makeCertificate();
  writeFileSync(file, certificate.key, { mode: 0o600 });
  return certificate;
}

async function readKeys(file: string): Promise<CryptoKeyPair> {
  try {
    const pem = readFileSync(file, 'utf8');
    const pkcs8 = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
    const spki = createPublicKey(pem).export({ type: 'spki', format: 'der' });
    const { subtle } = webcrypto as Crypto;
    return {
      privateKey: await subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']),
      publicKey: await subtle.importKey('spki', spki, algorithm, true, ['verify']),
    };
  } catch (error) {
    throw new InputError(
      `${file}: it is no private key of a replica (${(error as Error).message}); remove it to get another one`,
    );
  }
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

const dayMs = 24 * 60 * 60 * 1000;

async function makeCertificate(given?: CryptoKeyPair): Promise<Certificate> {
  // Loaded when a certificate has to be made: it is 250 modules.
  await import('reflect-metadata');
  const { cryptoProvider, PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } = await import(
    '@peculiar/x509'
  );
  cryptoProvider.set(webcrypto as Crypto);
  const keys = given ?? ((await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${pageHosts[0]}`,
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + 30 * dayMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new SubjectAlternativeNameExtension(pageHosts.map((value) => ({ type: 'dns' as const, value })))],
  });
  const spki = Buffer.from(await webcrypto.subtle.exportKey('spki', keys.publicKey));
  return {
    cert: certificate.toString('pem'),
    key: PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
    spki: spkiOf(spki),
  };
}

/** What Chromium calls the fingerprint of a public key. */
export function spkiOf(der: Buffer): string {
  return createHash('sha256').update(der).digest('base64');
}
