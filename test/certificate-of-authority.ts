import { webcrypto } from 'node:crypto';
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate for `host`, its key, and the authority that issued it, as PEM. */
export async function certificateOfAuthority(
  host: string,
): Promise<{ authorityPem: string; cert: string; key: string }> {
  cryptoProvider.set(webcrypto as Crypto);
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const newKeys = () =>
    webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;
  const [authorityKeys, hostKeys] = [await newKeys(), await newKeys()];
  const root = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Authority of the tests',
    signingAlgorithm,
    keys: authorityKeys,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  const issued = await X509CertificateGenerator.create({
    subject: `CN=${host}`,
    issuer: root.subject,
    signingAlgorithm,
    publicKey: hostKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', hostKeys.privateKey));
  return {
    authorityPem: root.toString('pem'),
    cert: issued.toString('pem'),
    key: PemConverter.encode(key, 'PRIVATE KEY'),
  };
}
