import type { Archive } from '../../contracts/build-data.ts';
import { type Probes, type ProbeValues, probeNames } from '../../contracts/capture.ts';
import { clpDataOf, htmlFacts, securityPolicies, sourcesOf } from './html-facts.ts';

/** What the text of a page shows of the probes. */
export function probesInText(
  { html, contentSecurityPolicy: header }: { html: string; contentSecurityPolicy: string | null },
  { modules }: Archive,
): Probes {
  const { events } = modules.WAWebCmd ?? {};
  const values: Partial<ProbeValues> = {
    ...(events && { cmdEvents: events }),
    ...(html !== '' && { clpData: clpDataOf(html), components: htmlFacts(html).components.length }),
    ...(header !== null && { evalAllowed: securityPolicies(header, html).every(allowsEval) }),
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { how: 'source', value }]));
}

/** Not tried in the page: what a policy forbids may be reported to the site. */
function allowsEval(policy: string): boolean {
  const sources = sourcesOf(policy, ['script-src', 'default-src']);
  return sources === null || /'unsafe-eval'/i.test(sources);
}

/** Of a page that shows none. */
export const absentProbes: Probes = Object.fromEntries(probeNames.map((name) => [name, { how: 'absent' }]));
