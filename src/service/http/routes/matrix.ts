import { cellKey } from '../../../contracts/attempt.ts';
import { servedMatrixSchema } from '../../../contracts/service-api.ts';
import { type CellSummary, plannedSummary, withAttempt } from '../../../report/cell-summary.ts';
import { openStore } from '../../../store/open-store.ts';
import { type Route, route } from '../route.ts';

export const matrixRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/matrix',
    summary: 'The newest run of the canaries on this machine, cell by cell',
    scope: 'read',
    answer: { status: 200, schema: servedMatrixSchema },
    problems: [],
    async handle() {
      const store = await openStore();
      try {
        const last = await store.runs.last();
        if (!last) return { run: null, cells: [] };
        const { id, startedAt, finishedAt } = last.run;
        const cells = new Map<string, CellSummary>();
        for (const planned of await store.plannedCells.ofRun(id))
          cells.set(cellKey(planned.cell), plannedSummary(planned));
        for await (const { cell, attempt } of store.attempts.read({ runId: id })) {
          const summary = cells.get(cellKey(cell));
          if (summary) cells.set(cellKey(cell), withAttempt(summary, attempt));
        }
        const shown = [...cells.values()].map(({ cell, outcome, code, surprise }) => ({
          ...cell,
          outcome,
          code,
          surprise,
        }));
        return { run: { id, startedAt, finishedAt }, cells: shown };
      } finally {
        await store.close();
      }
    },
  }),
];
