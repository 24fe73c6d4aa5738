import type { BrokenNames } from '../contracts/surface-check.ts';

const namesShown = 3;

/** `With download-mimetype-check=true Message.downloadMedia fails (read: owner/name#1).` */
export function switchSentence(broken: BrokenNames): string {
  const words = switchBreakWords(broken);
  return `W${words.slice(1)} (${broken.confidence}: ${broken.sources.join(', ')}).`;
}

/** `with prefetch=false no ready: WAWebX is not loaded`, `with download-mimetype-check=true Message.downloadMedia fails`. */
export function switchBreakWords({ name, value, stops, missing, methods }: BrokenNames): string {
  const parts = [];
  const sure = methods.filter(({ certain }) => certain).map((method) => method.name);
  const unsure = methods.filter(({ certain }) => !certain).map((method) => method.name);
  if (stops !== null) {
    const what = missing.filter((each) => each.certain && each.stops === stops).map((each) => each.name);
    parts.push(stops === 'probe' ? `ready, but broken: ${listed(what)}` : `no ${stops}: ${listed(what)}`);
  } else if (missing.length > 0)
    parts.push(`perhaps no ${missing[0]?.stops}: ${listed(missing.map((each) => each.name))}`);
  if (sure.length > 0) parts.push(`${listed(sure)} ${sure.length === 1 ? 'fails' : 'fail'}`);
  if (unsure.length > 0) parts.push(`perhaps ${listed(unsure)} ${unsure.length === 1 ? 'fails' : 'fail'}`);
  return `with ${name}=${value} ${parts.join('; ')}`;
}

function listed(names: readonly string[]): string {
  const more = names.length - namesShown;
  return `${names.slice(0, namesShown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
