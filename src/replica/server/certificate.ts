import 'reflect-metadata';
import { createHash, webcrypto } from 'node:crypto';
import {
  cryptoProvider,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

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

async function makeCertificate(): Promise<Certificate> {
  cryptoProvider.set(webcrypto as Crypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
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
