import { expect, test } from 'vitest';
import { bundle, bundles } from '../../src/bundle/bundle.ts';

const scripts = Object.keys(bundles) as (keyof typeof bundles)[];

test.each(scripts)(
  'the script of %s reads what it is given by type only: it carries no library of schemas',
  async (name) => {
    expect(await bundle(name)).not.toContain('ZodType');
  },
);
