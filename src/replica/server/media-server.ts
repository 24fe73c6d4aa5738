import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { mediaPath } from '../../contracts/replica-media.ts';
import type { MediaStore } from '../world/media-store.ts';

const isMediaPath = /^\/(?:mms|newsletter)\/([a-z-]+)\/([\w-]+)$/;

/**
 * Uploads and downloads, with the paths and answers of WhatsApp's media hosts: `POST /mms/image/<hash>?auth=...&token=...` takes the
 * encrypted bytes whose SHA-256 is the hash, and `GET` gives them back.
 *
 * @returns false for a path that is none of the media server.
 */
export function answerMedia(request: IncomingMessage, response: ServerResponse, media: MediaStore): boolean {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://web.whatsapp.com');
  const [, type, hash] = isMediaPath.exec(pathname) ?? [];
  if (type === undefined || hash === undefined) return false;
  if (request.method === 'POST')
    void upload({ request, response, media, type, path: pathname, auth: searchParams.get('auth') });
  else {
    const bytes = media.get(pathname);
    if (bytes) response.writeHead(200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' });
    else response.writeHead(404);
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }
  return true;
}

interface Upload {
  request: IncomingMessage;
  response: ServerResponse;
  media: MediaStore;
  type: string;
  path: string;
  auth: string | null;
}

async function upload({ request, response, media, type, path, auth }: Upload): Promise<void> {
  const answer = (status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const parts: Buffer[] = [];
  const sha256 = createHash('sha256');
  let size = 0;
  try {
    // What is refused is read to its end all the same: a browser that is still sending would not see the answer.
    for await (const part of request as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > media.limit) continue;
      parts.push(part);
      sha256.update(part);
    }
  } catch {
    return;
  }
  const hash = sha256.digest('base64');
  if (auth !== media.auth) answer(401, { error: 'unauthorized' });
  else if (size > media.limit) answer(413, { error: 'media too large' });
  else if (mediaPath(type, hash) !== path) answer(415, { error: 'hash mismatch' });
  else {
    const directPath = media.put(type, hash, Buffer.concat(parts));
    // Messages of channels name their file by the handle.
    const handle = directPath.slice(directPath.lastIndexOf('/') + 1);
    answer(200, { url: `https://web.whatsapp.com${directPath}`, direct_path: directPath, handle });
  }
}
