import type { Expression } from 'oxc-parser';
import type { KeyRead } from '../library-index.ts';
import type { Around, Reading } from './around.ts';
import type { LibraryCode } from './library-code.ts';
import { walk } from './walk.ts';

/** The own fields in which builds keep the text of a message key. */
const fields = new Set(['_serialized', '$1']);

/** Expressions that hold a message key, by their last words: `chat.lastReceivedKey`, `newMsgKey`, `msg.id`, `quotedMessage.id`. */
const keyLike = /(?:key|\b\w*(?:msg|message)\??\.id)$/i;

/** Notes a read of the text field of what looks like a message key; `name` is the member that `node` reads. */
export function noteKeyRead(
  node: Extract<Expression, { type: 'MemberExpression' }>,
  name: string,
  reading: Reading,
  { stage, file, silent }: Around,
): void {
  const { object, property } = node;
  if (silent || !fields.has(name) || !keyLike.test(file.text.slice(object.start, object.end))) return;
  reading.noteKeyRead({ stage, field: name, file: file.path, line: file.position(property.start).line });
}

/** The same for Node code: methods of `Message` pass the text of their own key to the page. */
export function keyReadsInNode({ functions }: LibraryCode): KeyRead[] {
  const found: KeyRead[] = [];
  for (const { name, node, file } of functions.filter((entry) => entry.name.startsWith('Message.'))) {
    walk(node, (each) => {
      if (each.type !== 'MemberExpression' || each.property.type !== 'Identifier') return;
      if (!fields.has(each.property.name) || file.text.slice(each.object.start, each.object.end) !== 'this.id') return;
      const { line } = file.position(each.property.start);
      found.push({ stage: `method:${name}`, field: each.property.name, file: file.path, line });
    });
  }
  return found;
}
