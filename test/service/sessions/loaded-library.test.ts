import { expect, test } from 'vitest';
import type { OpenSessionHost } from '../../../src/service/sessions/session-host.ts';
import type { ServiceTables } from '../../../src/service/tables.ts';
import { openDatabase } from '../../../src/store/database/open-database.ts';
import { instantHosts } from '../../support/instant-host.ts';
import { engines } from '../../support/service-databases.ts';
import { startTestService, untilStatus } from '../../support/test-service.ts';

/** Hosts in whose memory there is this version, whatever they were asked for. */
function holding(loaded: (asked: string) => string | null): OpenSessionHost {
  const open = instantHosts();
  return (spec) => {
    const detail = { installed: spec.library, loaded: loaded(spec.library) };
    spec.onSeen({ at: Date.now(), type: 'library:loaded', detail });
    return open(spec);
  };
}

test.each(engines)(
  'a start that runs another version than it was asked for is written down as such, with %s',
  async (_, newAddress) => {
    for (const [inMemory, written] of [
      [() => '1.24.0', '1.24.0'],
      [(asked: string) => asked, null],
      [() => null, null],
    ] as const) {
      const address = await newAddress();
      const { service } = await startTestService({ database: address, openHost: holding(inMemory) });
      const { id: workspace } = await service.workspaces.create('W');
      const ids = await service.sessions.link(workspace, { phone: null, pairing: false, libraryPin: null });
      await untilStatus(service, ids, 'connected');
      const database = await openDatabase<ServiceTables>(address);
      const starts = await database.kysely.selectFrom('session_starts').select('loaded').execute();
      expect(starts).toEqual([{ loaded: written }]);
      await database.close();
      await service.stop();
    }
  },
);
