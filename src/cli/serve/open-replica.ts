import { z } from 'zod';
import { parseYamlFile } from '../../contracts/yaml-file.ts';

/** What `wwebjs-canary replica` prints: how to reach one that runs already. */
const runningReplicaSchema = z.strictObject({
  url: z.string(),
  chromiumArgs: z.array(z.string()),
  phoneUrl: z.string(),
});

export interface OpenedReplica {
  chromiumArgs: string[];
  phoneUrl: string;
  /** Ends it, where it was started here. */
  close(): Promise<void>;
}

/**
 * A replica to serve against: one of the `build` named, or the one that runs already and printed the `*.json` file named. Phones
 * and linked devices live in the replica, so only the latter outlasts a restart of the service.
 *
 * @throws InputError for an unknown build, or a file that is none of a replica.
 */
export async function openReplica(buildOrFile: string): Promise<OpenedReplica> {
  if (buildOrFile.endsWith('.json')) {
    const { chromiumArgs, phoneUrl } = parseYamlFile(buildOrFile, runningReplicaSchema);
    return { chromiumArgs, phoneUrl, close: async () => {} };
  }
  // Loaded only where it is asked for: an instance in production would keep 10 MB of it for nothing.
  const { startReplica } = await import('../../replica/start-replica.ts');
  return startReplica({ build: buildOrFile });
}
