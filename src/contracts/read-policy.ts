import { join } from 'node:path';
import { packageRoot } from './home.ts';
import { type Policy, policySchema } from './policy.ts';
import { parseYamlFile } from './yaml-file.ts';

/** The file that is read where none is named. */
export const defaultPolicy = join(packageRoot, 'compat-matrix', 'policy.yaml');

/** @throws InputError with file, line and key of what is wrong. */
export function readPolicy(file: string = defaultPolicy): Policy {
  return parseYamlFile(file, policySchema);
}
