import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

/** The contexts of a step or a job, such as `github` and `inputs`. */
export type Contexts = Readonly<Record<string, unknown>>;

/** What has happened so far, which `success()` and its like ask. */
export interface Progress {
  failed: boolean;
  cancelled: boolean;
  workspace: string;
}

const statusFunctions = /\b(?:always|success|failure|cancelled)\s*\(/;

/** The text of a key with its `${{ }}` filled in. */
export function fill(text: string, contexts: Contexts, progress: Progress): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_all, expression) =>
    evaluate(expression, contexts, progress).coerceString(),
  );
}

/** Whether a job or a step runs: without a status function, `if` asks for success too. */
export function isTrue(condition: string | boolean | undefined, contexts: Contexts, progress: Progress): boolean {
  const text = String(condition ?? 'true').trim();
  const [, inner = text] = /^\$\{\{(.*)\}\}$/s.exec(text) ?? [];
  const expression = statusFunctions.test(inner) ? inner : `success() && (${inner})`;
  const value = evaluate(expression, contexts, progress);
  return value.kind === data.Kind.Boolean ? (value as data.BooleanData).value : value.coerceString() !== '';
}

function evaluate(expression: string, contexts: Contexts, progress: Progress): data.ExpressionData {
  const functions = functionsOf(progress);
  const known = [...functions.values()].map(({ name, minArgs, maxArgs }) => ({ name, minArgs, maxArgs }));
  const { tokens } = new Lexer(expression.trim()).lex();
  const parsed = new Parser(tokens, Object.keys(contexts), known).parse();
  const values = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
  return new Evaluator(parsed, values, functions).evaluate();
}

type FunctionDefinition =
  NonNullable<ConstructorParameters<typeof Evaluator>[2]> extends Map<string, infer F> ? F : never;

function functionsOf({ failed, cancelled, workspace }: Progress): Map<string, FunctionDefinition> {
  const status = (name: string, value: boolean) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(value),
  });
  const hashFiles = {
    name: 'hashFiles',
    minArgs: 1,
    maxArgs: 255,
    call: (...patterns: data.ExpressionData[]) => {
      const files = globSync(
        patterns.map((pattern) => pattern.coerceString()),
        { cwd: workspace },
      ).sort();
      const hash = createHash('sha256');
      for (const file of files) hash.update(readFileSync(join(workspace, file)));
      return new data.StringData(files.length === 0 ? '' : hash.digest('hex'));
    },
  };
  const all = [
    status('always', true),
    status('success', !failed && !cancelled),
    status('failure', failed && !cancelled),
    status('cancelled', cancelled),
    hashFiles,
  ];
  return new Map(all.map((one) => [one.name.toLowerCase(), one]));
}
