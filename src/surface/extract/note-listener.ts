import type { CallExpression } from 'oxc-parser';
import type { Around, Reading } from './around.ts';
import type { Value } from './values.ts';

/** Notes `place.on('event', callback)` as something that the library waits for. */
export function noteListener(
  node: CallExpression,
  call: string,
  object: Value,
  args: readonly Value[],
  reading: Reading,
  around: Around,
): void {
  const [event, callback] = args;
  if (call !== 'on' && call !== 'once') return;
  if (around.silent || object.kind !== 'page' || event?.kind !== 'text') return;
  const origin = object.origins[0];
  if (!origin) return;
  const code = callback?.kind === 'function' ? callback.file.text.slice(callback.node.start, callback.node.end) : '';
  const leadsTo = [...reading.bindings].flatMap(([binding, emits]) =>
    code.includes(`window.${binding}(`) ? emits : [],
  );
  const at = node.callee.type === 'MemberExpression' ? node.callee.property : node;
  reading.noteAwaited({
    kind: 'event',
    text: `${[origin.name, ...origin.path].join('.')} ${event.text}`,
    leadsTo,
    stage: around.stage,
    file: around.file.path,
    line: around.file.position(at.start).line,
    function: around.functionName,
  });
}
