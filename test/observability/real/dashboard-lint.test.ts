import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { goTool } from '../../support/go-tool.ts';

const folder = join(packageRoot, 'dashboards');

/** Grafana's own linter, as it was before it also read the schema of dashboards that Grafana 12 brought. */
const linter = { name: 'dashboard-linter', module: 'github.com/grafana/dashboard-linter', asks: '--help' };
const version = '1be3836';

test('the linter of Grafana has nothing to say but what lint.yaml excludes with a reason', {
  timeout: 600_000,
}, (context) => {
  const program = goTool({ ...linter, version });
  if (program === null) return context.skip('there is no dashboard-linter in PATH, and none can be built here');
  const files = readdirSync(join(folder, 'generated'));
  expect(files).toHaveLength(5);
  for (const file of files) {
    const args = ['lint', '--strict', '--config', join(folder, 'lint.yaml'), join(folder, 'generated', file)];
    expect(execFileSync(program, args, { encoding: 'utf8' }), file).not.toContain('❌');
  }
});
