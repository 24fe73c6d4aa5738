import { canaryFamilies } from './canary-families.ts';
import { decisionFamilies } from './decision-families.ts';
import { type Family, family } from './family.ts';
import { fleetFamilies } from './fleet-families.ts';
import { liveFamilies } from './live-families.ts';
import { serviceFamilies } from './service-families.ts';

/**
 * Every metric family there is. No phone number, session id, JID or message text is ever a label: the labels are the axes of
 * the matrix, versions, words from lists, and ids that say nothing to a stranger (of a workspace, the handle of an account).
 */
export const families = {
  ...canaryFamilies,
  ...serviceFamilies,
  ...decisionFamilies,
  ...liveFamilies,
  ...fleetFamilies,
  libraryInfo: family({
    name: 'wwebjs_library_info',
    type: 'gauge',
    help: 'Which library was declared, installed and really loaded last; always 1',
    labels: { role: ['canary', 'service'], declared: 'any', installed: 'any', loaded: 'any' },
    limit: 200,
  }),
  overflowing: family({
    name: 'wwebjs_metrics_overflowing',
    type: 'gauge',
    help: 'Whether a family has reached its limit, so that new label sets are counted as overflow',
    labels: { family: 'any' },
    limit: 100,
  }),
  exporterUp: family({
    name: 'wwebjs_exporter_store_up',
    type: 'gauge',
    help: 'Whether this exporter could read the store; only exporters have it, which separates them from instances in rules',
    labels: {},
    limit: 1,
  }),
} as const satisfies Record<string, Family>;
