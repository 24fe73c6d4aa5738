import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import type { ClientSpec } from '../../src/contracts/host.ts';
import { type HostEvent, type HostEventOf, type HostEventType, recordedType } from '../../src/contracts/host-events.ts';
import { Host } from '../../src/host/host.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Folder of a library that only pretends, as if it were installed. */
export function toyLibrary(name: string): string {
  return join(packageRoot, 'test/fixtures/toy-libraries', name);
}

/** A host that is gone when the test ends, and everything that was seen in it. */
export async function startToyHost(env: Record<string, string> = {}, folder = temporaryFolder()) {
  const seen: HostEvent[] = [];
  const host = new Host({ folder, env, onSeen: (event) => seen.push(event) });
  onTestFinished(() => host.kill());
  const spec: ClientSpec = {
    auth: { kind: 'local', dataPath: join(folder, 'profile') },
    browser: { executablePath: '/nowhere', args: [] },
  };
  return { host, seen, spec, folder };
}

/** Types of the events in their order: those that are asked for, or all but what is printed. */
export function typesOf(seen: readonly HostEvent[], only?: string): string[] {
  const types = seen.map(recordedType);
  return types.filter((type) => (only ? type === only : !type.startsWith('host:std')));
}

/** The first event of a type. */
export function firstOf<T extends HostEventType>(seen: readonly HostEvent[], type: T): HostEventOf<T> | undefined {
  return seen.find((event): event is HostEventOf<T> => event.type === type);
}
