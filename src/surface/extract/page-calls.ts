import type { CallExpression, Node } from 'oxc-parser';

/** The effect of a call in Node code on the page. */
export type PageCall = 'evaluate' | 'waitForFunction' | 'waitForSelector' | 'expose' | 'emit' | 'listen';

const kinds: Record<string, PageCall> = {
  evaluate: 'evaluate',
  evaluateHandle: 'evaluate',
  evaluateOnNewDocument: 'evaluate',
  waitForFunction: 'waitForFunction',
  waitForSelector: 'waitForSelector',
  exposeFunction: 'expose',
  exposeFunctionIfAbsent: 'expose',
  emit: 'emit',
  on: 'listen',
  once: 'listen',
};

/** Null when the call does not touch the page. */
export function pageCall(node: CallExpression): PageCall | null {
  const { callee } = node;
  if (callee.type === 'Identifier') return callee.name === 'exposeFunctionIfAbsent' ? 'expose' : null;
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return null;
  return kinds[callee.property.name] ?? null;
}

/** `this.name(…)` → name. */
export function ownMethod(node: CallExpression): string | null {
  const { callee } = node;
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'ThisExpression') return null;
  return callee.property.type === 'Identifier' ? callee.property.name : null;
}

const clientEvents: Record<string, string> = {
  QR_RECEIVED: 'qr',
  AUTHENTICATED: 'authenticated',
  READY: 'ready',
  LOADING_SCREEN: 'loading_screen',
};

/** The event of `this.emit(Events.READY)`, if it ends a stage or follows from an event that not every build has. */
export function emittedEvent(node: CallExpression): string | null {
  const [event] = node.arguments;
  if (event?.type !== 'MemberExpression' || event.property.type !== 'Identifier') return null;
  return clientEvents[event.property.name] ?? null;
}

/** Name and function of `page.exposeFunction(name, fn)` or `exposeFunctionIfAbsent(page, name, fn)`. */
export function exposedFunction(node: CallExpression): { name: string; fn: Node } | null {
  const [name, fn] = node.arguments.slice(-2);
  if (name?.type !== 'Literal' || typeof name.value !== 'string' || !fn) return null;
  return { name: name.value, fn };
}
