import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { canaries } from './builders/canaries.ts';
import { compatibility } from './builders/compatibility.ts';
import { fleet } from './builders/fleet.ts';
import { linking } from './builders/linking.ts';
import { rollout } from './builders/rollout.ts';
import { service } from './builders/service.ts';
import { sessions } from './builders/sessions.ts';

/** Every dashboard by the name of its file, as Grafana imports it. */
export function renderDashboards(): Record<string, string> {
  const all = { linking, compatibility, sessions, service, rollout, canaries, fleet };
  return Object.fromEntries(Object.entries(all).map(([name, builder]) => [`${name}.json`, render(builder.build())]));
}

/** Grafana would number panels by itself at import; numbered here, links to a panel stay the same. */
function render(dashboard: Dashboard): string {
  const panels = dashboard.panels?.map((panel, i) => ({ ...panel, id: i + 1 }));
  return `${JSON.stringify({ ...dashboard, panels }, null, 2)}\n`;
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(renderDashboards())) {
    writeFileSync(join(import.meta.dirname, 'generated', name), text);
  }
}
