import { createHmac } from 'node:crypto';

/**
 * The header `Webhook-Signature`: `t=<seconds since 1970>,v1=<hexadecimal HMAC-SHA256 over "<t>.<body>">`. The receiver computes
 * the same and refuses old times, so that a recorded request cannot be sent again.
 */
export function signature(secret: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
