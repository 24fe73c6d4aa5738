import type { Policy } from './policy.ts';
import { sha256 } from './sha256.ts';

/** SHA-256 over what the policy says: comments, order of keys and the editor's `$schema` do not change it. */
export function policyHash({ $schema: _, ...policy }: Policy): string {
  return sha256(canonicalJson(policy));
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
