import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSync } from 'oxc-parser';

/** What the rules about the structure of `src` look at in one file. Paths are below `src`. */
export interface SourceFile {
  path: string;
  lines: number;
  /** Files of `src` that it imports, types included. */
  imports: string[];
  /** What it imports as it is written, of packages and Node too. */
  specifiers: string[];
  exports: Declared[];
  /** Names of interfaces, types and classes of the file's top level, exported or not. */
  types: string[];
  /** Functions of the file's top level, exported or not. */
  functions: { name: string; code: string }[];
}

export interface Declared {
  name: string;
  /** What kind of thing it is: the annotation of a constant, or the function that makes it; else the last word of its name. */
  kind: string;
}

/** Every source file below a folder; declarations of types for other packages (`*.d.ts`) are left out. */
export function readSources(src: string): SourceFile[] {
  const paths = globSync('**/*.{ts,tsx}', { cwd: src, exclude: ['**/*.d.ts'] }).sort();
  return paths.map((path) => readSource(path, readFileSync(join(src, path), 'utf8')));
}

export function readSource(path: string, text: string): SourceFile {
  const { module, program } = parseSync(path, text);
  const specifiers = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest?.value ?? '')),
    ...[...text.matchAll(/\bimport\('([^']+)'\)/g)].map(([, specifier = '']) => specifier),
  ];
  const imports = specifiers.filter((it) => it.startsWith('.')).map((it) => join(dirname(path), it));
  const exported = program.body.flatMap((it) => (it.type === 'ExportNamedDeclaration' && it.declaration) || []);
  const declarations = [...program.body, ...exported];
  return {
    path,
    lines: text.split('\n').length - 1,
    specifiers,
    imports: [...new Set(imports)].filter((it) => !it.startsWith('..')),
    exports: exported.flatMap((it) => declared(it, text)),
    types: declarations.flatMap(typeNames),
    functions: declarations.flatMap((it) => functionsOf(it, text)),
  };
}

type Node = ReturnType<typeof parseSync>['program']['body'][number];

function typeNames(node: Node): string[] {
  switch (node.type) {
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'ClassDeclaration':
      return node.id ? [node.id.name] : [];
    default:
      return [];
  }
}

function declared(node: Node, text: string): Declared[] {
  if (node.type !== 'VariableDeclaration') {
    const name = 'id' in node && node.id && 'name' in node.id ? node.id.name : null;
    return name === null ? [] : [{ name, kind: lastWord(name) }];
  }
  return node.declarations.flatMap(({ id, init }) => {
    if (id.type !== 'Identifier') return [];
    const made = id.typeAnnotation?.typeAnnotation ?? (init?.type === 'CallExpression' ? init.callee : null);
    return [{ name: id.name, kind: made ? text.slice(made.start, made.end) : lastWord(id.name) }];
  });
}

/** `Reporter` of `JsonReporter`. */
function lastWord(name: string): string {
  return name.replace(/^.*(?=[A-Z])/, '');
}

function functionsOf(node: Node, text: string): SourceFile['functions'] {
  const code = (start: number, end: number) => text.slice(start, end).replaceAll(/\s+/g, ' ');
  if (node.type === 'FunctionDeclaration') {
    return node.id ? [{ name: node.id.name, code: code(node.id.end, node.end) }] : [];
  }
  if (node.type !== 'VariableDeclaration') return [];
  return node.declarations.flatMap(({ id, init }) =>
    id.type === 'Identifier' && init?.type === 'ArrowFunctionExpression'
      ? [{ name: id.name, code: code(init.start, init.end) }]
      : [],
  );
}
