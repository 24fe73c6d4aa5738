import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { type Node, Visitor } from 'oxc-parser';
import { InputError } from '../../contracts/input-error.ts';
import { SourceFile } from './source-file.ts';
import type { Callable } from './values.ts';

/** A class method or named function of the library that runs in Node. */
export interface NodeFunction {
  /** `Client.inject`, or only the name outside a class. */
  name: string;
  file: SourceFile;
  node: Callable;
}

/** The parsed files of a library. Nothing is executed. */
export interface LibraryCode {
  version: string;
  files: Map<string, SourceFile>;
  functions: NodeFunction[];
  /** The class that a class extends, by name. */
  parents: Map<string, string>;
  /** Functions that other files import, by `file#export`. */
  exports: Map<string, { file: SourceFile; node: Callable }>;
}

/** @throws InputError when the folder is not whatsapp-web.js */
export function readLibraryCode(packageDir: string): LibraryCode {
  const manifest = join(packageDir, 'package.json');
  const { name, version } = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : {};
  if (name !== 'whatsapp-web.js' || !existsSync(join(packageDir, 'src/Client.js'))) {
    throw new InputError(
      `${packageDir} is not a folder of whatsapp-web.js: package.json and src/Client.js must be there`,
    );
  }
  const code: LibraryCode = { version, files: new Map(), functions: [], parents: new Map(), exports: new Map() };
  for (const path of globSync('src/**/*.js', { cwd: packageDir }).sort()) {
    const file = SourceFile.read(packageDir, path.replaceAll('\\', '/'));
    code.files.set(file.path, file);
    collectFunctions(file, code);
  }
  return code;
}

function collectFunctions(file: SourceFile, code: LibraryCode): void {
  let className = '';
  const visitor = new Visitor({
    ClassDeclaration(node) {
      className = node.id?.name ?? '';
      if (node.superClass?.type === 'Identifier') code.parents.set(className, node.superClass.name);
    },
    'ClassDeclaration:exit'() {
      className = '';
    },
    MethodDefinition(node) {
      if (node.key.type !== 'Identifier' || !className) return;
      code.functions.push({ name: `${className}.${node.key.name}`, file, node: node.value as Callable });
    },
    FunctionDeclaration(node) {
      if (node.id) code.functions.push({ name: node.id.name, file, node });
    },
    AssignmentExpression(node) {
      const target = node.left;
      if (target.type !== 'MemberExpression' || target.property.type !== 'Identifier' || !isCallable(node.right))
        return;
      const object = file.text.slice(target.object.start, target.object.end);
      if (object !== 'exports' && object !== 'module.exports') return;
      code.exports.set(`${file.path}#${target.property.name}`, { file, node: node.right });
    },
  });
  visitor.visit(file.program);
}

export function isCallable(node: Node | null | undefined): node is Callable {
  return (
    node?.type === 'ArrowFunctionExpression' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'FunctionDeclaration'
  );
}

/** The function that a name refers to at the top of a file: `const { ExposeStore } = require('./util/Injected/Store')`. */
export function importedFunction(
  code: LibraryCode,
  file: SourceFile,
  name: string,
): { file: SourceFile; node: Callable } | null {
  for (const statement of file.program.body) {
    if (statement.type === 'FunctionDeclaration' && statement.id?.name === name) return { file, node: statement };
    if (statement.type !== 'VariableDeclaration') continue;
    for (const { id, init } of statement.declarations) {
      if (id.type === 'Identifier' && id.name === name && isCallable(init)) return { file, node: init };
      if (id.type !== 'ObjectPattern' || init?.type !== 'CallExpression') continue;
      const [source] = init.arguments;
      if (source?.type !== 'Literal' || typeof source.value !== 'string' || !source.value.startsWith('.')) continue;
      for (const property of id.properties) {
        if (property.type !== 'Property' || property.value.type !== 'Identifier' || property.value.name !== name)
          continue;
        const exported = property.key.type === 'Identifier' ? property.key.name : name;
        return resolveExport(code, posix.join(dirname(file.path), source.value), exported);
      }
    }
  }
  return null;
}

function resolveExport(code: LibraryCode, path: string, exported: string) {
  for (const candidate of [path, `${path}.js`, `${path}/index.js`]) {
    const found = code.exports.get(`${candidate}#${exported}`);
    if (found) return found;
    const file = code.files.get(candidate);
    const local = file && code.functions.find((entry) => entry.file === file && entry.name === exported);
    if (local) return local;
  }
  return null;
}
