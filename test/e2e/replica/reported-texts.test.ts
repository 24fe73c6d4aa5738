import { describe, expect, test } from 'vitest';
import { linkedClient } from './linked-client.ts';
import { reportedTexts } from './reported-texts.ts';

describe.each(reportedTexts)('$report', ({ version, build, call, make, text }) => {
  test(`${call} of ${version} on ${build} fails with the reported text`, async () => {
    await using linked = await linkedClient(version, build);
    const error = await make(linked).then(
      () => null,
      (thrown: Error) => thrown,
    );
    expect(
      error &&
        String(error)
          .replace(/^Error: Evaluation failed: /, '')
          .split('\n')[0],
    ).toMatch(text);
    expect(linked.replica.findings()).toEqual([]);
  });
});
