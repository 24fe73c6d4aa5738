import { expect, test } from 'vitest';
import { signedHeaders } from '../../src/blobs/aws-signature.ts';

// The example "GET Object" of AWS's documentation of Signature Version 4 for S3.
test('the signature is the one of the documentation', () => {
  const credentials = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
  };
  const url = new URL('https://examplebucket.s3.amazonaws.com/test.txt');
  const request = { method: 'GET', url, headers: { range: 'bytes=0-9' }, body: Buffer.alloc(0) };
  const { authorization } = signedHeaders(request, credentials, new Date('2013-05-24T00:00:00Z'));
  expect(authorization).toContain('Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41');
});
