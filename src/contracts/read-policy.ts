import { matrixFile } from './home.ts';
import { type Policy, policySchema } from './policy.ts';
import { parseYamlFile } from './yaml-file.ts';

/**
 * @param file by default that of `compat-matrix`.
 * @throws InputError with file, line and key of what is wrong.
 */
export function readPolicy(file: string = matrixFile('policy.yaml')): Policy {
  return parseYamlFile(file, policySchema);
}
