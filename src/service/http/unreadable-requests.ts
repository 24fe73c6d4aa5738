import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Problem, type ProblemCode, problems } from '../problems.ts';
import { problemBody } from './problem-answer.ts';

/** Errors of Node's parser that have a problem of their own; any other means that the bytes are not HTTP. */
const ofParser: Record<string, ProblemCode> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** Answers what never became a request, with a problem as everywhere, and closes the connection. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  // After the head of an answer, further text would be read as a part of its body.
  const { _httpMessage: answer } = socket as Socket & { _httpMessage?: { headersSent: boolean } | null };
  if (error.code !== 'ECONNRESET' && socket.writable && !answer?.headersSent) socket.write(rawAnswer(problemOf(error)));
  socket.destroy(error);
}

function problemOf({ code = '' }: NodeJS.ErrnoException): Problem {
  const known = ofParser[code];
  return known ? new Problem(known) : new Problem('invalid-request', 'The request is not valid HTTP.');
}

function rawAnswer(problem: Problem): string {
  const { status } = problems[problem.code];
  const body = JSON.stringify(problemBody(problem, randomUUID()));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
