import { readFileSync } from 'node:fs';
import { DockerfileParser, type From, type Instruction } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const file = 'deploy/containers/Dockerfile';
const text = readFileSync(file, 'utf8');
const targets = ['replica', 'canaries', 'service'];

const stages = stagesOf(text);

/** The instructions of each stage, after those of the stage that it continues. */
function stagesOf(dockerfile: string): Map<string, Instruction[]> {
  const found = new Map<string, Instruction[]>();
  let current: Instruction[] = [];
  for (const instruction of DockerfileParser.parse(dockerfile).getInstructions()) {
    if (instruction.getKeyword() === 'FROM') {
      const from = instruction as From;
      current = [...(found.get(from.getImage() ?? '') ?? [])];
      found.set(from.getBuildStage() ?? '', current);
    } else current.push(instruction);
  }
  return found;
}

const last = (stage: string, keyword: string) =>
  stages
    .get(stage)
    ?.findLast((instruction) => instruction.getKeyword() === keyword)
    ?.getArgumentsContent() ?? null;

test('the linter finds nothing in the Dockerfile', () => {
  expect(validate(text)).toEqual([]);
  expect(validate(text.replace('WORKDIR /build', 'WORKDIRS /build'))).not.toEqual([]);
});

describe.each(targets)('the image %s', (target) => {
  test('runs as an unprivileged user', () => {
    expect(last(target, 'USER')).toBe('node');
  });

  test('has a health check and an entry point whose signals reach Node', () => {
    expect(last(target, 'HEALTHCHECK')).toMatch(/CMD \["node", /);
    const entrypoint = JSON.parse(last(target, 'ENTRYPOINT') ?? '[]') as string[];
    // A shell that stays would get the signal of `docker stop` in place of Node.
    if (entrypoint[0] === '/bin/sh') expect(entrypoint[2]).toMatch(/^exec /);
    else expect(entrypoint).toEqual(['wwebjs-canary']);
  });
});

test('compose builds targets that the Dockerfile has', () => {
  const { services } = parse(readFileSync('deploy/compose.yaml', 'utf8'), { merge: true }) as {
    services: Record<string, { build?: { dockerfile: string; target: string } }>;
  };
  const builds = Object.values(services).flatMap(({ build }) => build ?? []);
  expect(builds.length).toBeGreaterThan(0);
  for (const { dockerfile, target } of builds) {
    expect(dockerfile).toBe(file);
    expect(targets).toContain(target);
  }
});
