import { z } from 'zod';
import { parseYamlFile } from '../../contracts/yaml-file.ts';

/** The output of `wwebjs-canary replica`: how to reach a running replica. */
const runningReplicaSchema = z.strictObject({
  url: z.string(),
  chromiumArgs: z.array(z.string()),
  phoneUrl: z.string(),
  /** Of a replica with the scripts of the live site. */
  port: z.int().optional(),
  certificate: z.string().optional(),
});

export interface OpenedReplica {
  chromiumArgs: string[];
  phoneUrl: string;
  /** Ends the replica if it was started here. */
  close(): Promise<void>;
}

/**
 * How to open a replica to serve against: one of the named build, started here, or a running one whose output is in the named `*.json` file.
 * Phones and linked devices live in the replica, so only the latter survives a restart of the service. What is named is checked at once.
 *
 * @throws InputError for an unknown build, or a file that is not the output of a replica.
 */
export async function findReplica(buildOrFile: string): Promise<() => Promise<OpenedReplica>> {
  if (buildOrFile.endsWith('.json')) {
    const { chromiumArgs, phoneUrl } = parseYamlFile(buildOrFile, runningReplicaSchema);
    return async () => ({ chromiumArgs, phoneUrl, close: async () => {} });
  }
  // Loaded on demand: it would cost an instance in production 10 MB.
  const { startReplica } = await import('../../replica/start-replica.ts');
  const { resolveSurface } = await import('../../replica/builds/resolve-surface.ts');
  const surface = resolveSurface(buildOrFile);
  return () => startReplica({ build: buildOrFile, surface });
}
