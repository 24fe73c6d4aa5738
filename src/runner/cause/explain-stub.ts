import { z } from 'zod';
import type { AttemptEvent } from '../../contracts/attempt.ts';
import type { Explanation, FailedAttempt } from './failed-attempt.ts';
import { locateError } from './locate-error.ts';
import { seenErrors } from './seen-errors.ts';

const stubSchema = z.object({ module: z.string(), export: z.string() });
type Stub = z.infer<typeof stubSchema>;

/** The library used something that the replica has only by name: a failure then says nothing about the library. */
export function explainStub({ events, library, surface, observed }: FailedAttempt): Explanation | null {
  const errors = seenErrors(events);
  const called = stubs(events, 'replica:stub-called').find(({ module, export: name }) =>
    errors.some(({ headline }) => headline.includes(`${module}.${name} is only a name`)),
  );
  const read = stubs(events, 'replica:stub-read').find(({ module, export: name }) =>
    errors.some((error) => {
      const need = locateError(error, library.packageDir, surface?.face ?? null)?.need;
      return need?.places.some((place) => place.name === module && place.export === name && place.members.length > 0);
    }),
  );
  const stub = called ?? read;
  if (!stub) return null;
  const evidence = errors.map(({ headline }) => headline);
  const message = `the replica has ${stub.module}.${stub.export} only by name, and the library ${called ? 'called' : 'read'} it`;
  return {
    cause: {
      message,
      module: stub.module,
      export: stub.export,
      evidence: observed ? [observed, ...evidence] : evidence,
    },
    blame: 'harness',
    code: 'replica-stub-called',
  };
}

function stubs(events: readonly AttemptEvent[], type: string): Stub[] {
  return events.flatMap((event) => (event.type === type ? [stubSchema.parse(event.detail)] : []));
}
