import type { OpenSessionHost } from '../../src/service/sessions/session-host.ts';

/** Hosts whose page says, one after the other, which builds it is, before anything else happens. */
export function onBuild(builds: readonly (string | null)[], openHost: OpenSessionHost): OpenSessionHost {
  return (spec) => {
    for (const detail of builds) spec.onSeen({ at: Date.now(), type: 'page:build', detail });
    return openHost(spec);
  };
}
