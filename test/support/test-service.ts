import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountStatus } from '../../src/contracts/service-states.ts';
import { Service, type ServiceOptions } from '../../src/service/instance/service.ts';
import type { LogLine } from '../../src/service/log-line.ts';
import { Sealer } from '../../src/service/sealer.ts';
import type { SessionIds, WorkspaceId } from '../../src/service/session-ids.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** The key of all services in tests. */
export const testSealKey = Buffer.alloc(32, 7);

/** One that seals, as in a service where no older instance runs. */
export function newSealer(...keys: Buffer[]): Sealer {
  const sealer = new Sealer(keys.length > 0 ? keys : [testSealKey]);
  sealer.begin();
  return sealer;
}

/** A service with short deadlines whose log lines are kept. */
export async function startTestService(
  options: Pick<ServiceOptions, 'database' | 'openHost'> & Partial<ServiceOptions>,
  listen?: (service: Service) => Promise<string | null>,
): Promise<{ service: Service; log: LogLine[]; folder: string }> {
  const log: LogLine[] = [];
  const folder = options.folder ?? temporaryFolder();
  const service = await Service.start(
    {
      library: '1.34.7',
      slots: 2,
      folder,
      sealKeys: [testSealKey],
      tickMs: 200,
      log: (line) => log.push(line),
      ...options,
      deadlines: {
        startMs: 10_000,
        linkMs: 20_000,
        scannedMs: 3_000,
        readyMs: 10_000,
        watchEveryMs: 500,
        answerMs: 500,
        probeEveryMs: 500,
        hearMs: 500,
        ...options.deadlines,
      },
    },
    listen,
  );
  return { service, log, folder };
}

export async function until<T>(what: string, ask: () => T | Promise<T>, ms = 30_000): Promise<NonNullable<T>> {
  for (const end = Date.now() + ms; ; await sleep(50)) {
    const answer = await ask();
    if (answer) return answer as NonNullable<T>;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
  }
}

/** Waits until an account has a status. */
export function untilStatus(service: Service, { workspace, account }: SessionIds, status: AccountStatus, ms?: number) {
  return until(
    `account is ${status}`,
    async () => {
      const found = await service.accounts.get(workspace, account);
      return found.status === status ? found : null;
    },
    ms,
  );
}

/** Begins a link and lets `scan` have the first code. */
export async function linkWith(
  service: Service,
  workspace: WorkspaceId,
  scan: (qr: string) => Promise<unknown>,
  phone: string | null = null,
): Promise<SessionIds> {
  const ids = await service.sessions.link(workspace, { phone, pairing: false, libraryPin: null });
  const code = await until('a code is shown', () => service.linkCodes.get(ids.session));
  await scan(code.code);
  return ids;
}
