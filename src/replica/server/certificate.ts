import 'reflect-metadata';
import { createHash, createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  cryptoProvider,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
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

/** The certificate of this process: created once and kept in memory only. */
export function processCertificate(): Promise<Certificate> {
  made ??= makeCertificate();
  return made;
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

async function makeCertificate(given?: CryptoKeyPair): Promise<Certificate> {
  cryptoProvider.set(webcrypto as Crypto);
  const keys = given ?? ((await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair);
  const day = 24 * 60 * 60 * 1000;
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${pageHosts[0]}`,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 30 * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new SubjectAlternativeNameExtension(pageHosts.map((value) => ({ type: 'dns' as const, value })))],
  });
  const spki = Buffer.from(await webcrypto.subtle.exportKey('spki', keys.publicKey));
  return {
    cert: certificate.toString('pem'),
    key: PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
    spki: createHash('sha256').update(spki).digest('base64'),
  };
}
