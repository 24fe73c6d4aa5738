import { describe, expect, test } from 'vitest';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { indexLibrary } from '../../src/surface/extract/index-library.ts';
import { predict } from '../../src/surface/predict.ts';
import { toyClient } from './toy-package.ts';

const predictOf = (pageCode: string, build: string) =>
  predict(indexLibrary(toyClient(pageCode)), resolveSurface(build));

const meUser = `window.require('WAWebUserPrefsMeUser').getMeUser();`;
const call = `window.require('WAWebCollections').Call.models;`;
const mapping = `window.require('WAWebApiContact').hasLidMapping();`;

describe('a prediction', () => {
  test('names the phase, the names that end it there, and the dated changes by which they went', () => {
    expect(predictOf(call, '2.3000.1032534684')).toMatchObject({
      phase: 'ready',
      names: ['WAWebCollections.Call'],
      confidence: 'reported',
      facts: [
        { name: 'WAWebCollections.Call', since: '2.3000.1032534684', date: '2026-01-27', confidence: 'reported' },
      ],
      open: [],
      failsAnyway: true,
    });
  });

  test('of a library without a missing name is as sure as the names that it needs, not as the whole build', () => {
    const code = `window.require('WAWebCmd').Cmd.on('x', () => {});`;
    expect(predictOf(code, '2.3000.1044822804')).toMatchObject({ phase: null, confidence: 'read', open: [] });
    expect(predictOf(code, '2.3000.1029241508')).toMatchObject({ phase: null, confidence: 'reported', open: [] });
    expect(predictOf(code, '2.3000.1099999999')).toMatchObject({ phase: null, confidence: 'assumed' });
  });

  test('lists a needed name that may be gone already, with the builds between which it went', () => {
    expect(predictOf(mapping, '2.3000.1029241508')).toMatchObject({
      phase: null,
      confidence: 'inferred',
      open: [
        {
          name: 'WAWebApiContact.hasLidMapping',
          stops: 'ready',
          offered: true,
          after: '2.3000.1024191873',
          since: '2.3000.1037151346',
        },
      ],
      failsAnyway: false,
    });
  });

  test('lists a missing name that may have come, and fails anyway only where another name is missing for sure', () => {
    expect(predictOf(meUser, '2.3000.1032534684')).toMatchObject({
      phase: 'ready',
      confidence: 'inferred',
      open: [{ name: 'WAWebUserPrefsMeUser.getMeUser', offered: false }],
      failsAnyway: false,
    });
    expect(predictOf(`${meUser} ${call}`, '2.3000.1034000000')).toMatchObject({
      names: expect.arrayContaining(['WAWebUserPrefsMeUser.getMeUser', 'WAWebCollections.Call']),
      failsAnyway: true,
    });
  });

  test('names what other values of switches break, without lines and reasons', () => {
    const client = `window.require('WAWebSetPushnameConnAction').setPushname('a');`;
    const missing = [{ name: 'WAWebSetPushnameConnAction', stops: 'ready', certain: true }];
    expect(predictOf(client, '2.3000.1038162681').switches).toMatchObject([
      { name: 'prefetch', value: 'false', default: 'true', stops: 'ready', missing, methods: [] },
    ]);
    expect(Object.keys(predictOf(client, '2.3000.1038162681').switches?.[0]?.missing[0] ?? {})).toHaveLength(3);
  });

  test('keeps apart what only a condition in the source reaches', () => {
    expect(predictOf(`if (window.x) { ${call} }`, '2.3000.1032534684')).toMatchObject({
      phase: null,
      perhaps: [{ phase: 'ready', name: 'WAWebCollections.Call' }],
    });
  });
});
