import { runTool } from './test/run-tool.ts';

/** `npm run test:observability`: rules, dashboards and alerts against a real Prometheus and Alertmanager, with a real run. */
process.exitCode = await runTool('vitest', ['run', '--project', 'observability', ...process.argv.slice(2)]);
