import { describe, expect, test } from 'vitest';
import { lastOffered, nameHistory } from '../../../src/replica/builds/name-history.ts';

const short = (module: string, exportName?: string) =>
  nameHistory(module, exportName).map(({ since, what, confidence }) => [since, what, confidence]);

describe('nameHistory', () => {
  test('tells when an export was supposed, first read, reported gone, read again and absent', () => {
    expect(short('WAWebUserPrefsMeUser', 'getMeUser')).toEqual([
      ['2.3000.1012058694', 'added', 'assumed'],
      ['2.3000.1016820347', 'first-read', 'read'],
      ['2.3000.1026498050', 'removed', 'reported'],
      ['2.3000.1037151346', 'added', 'inferred'],
      ['2.3000.1037160418', 'first-read', 'read'],
      ['2.3000.1044822804', 'absent', 'read'],
    ]);
  });

  test('cites the sources and the date of a change', () => {
    const removed = nameHistory('WAWebUserPrefsMeUser', 'getMeUser').find(({ what }) => what === 'removed');
    expect(removed?.date).toBe('2025-08-29');
    expect(removed?.sources).toContain('wppconnect-team/wa-js#2869');
  });

  test('knows the keys of WAWebCollections', () => {
    expect(short('WAWebCollections', 'Call').at(-1)).toEqual(['2.3000.1032534684', 'removed', 'reported']);
  });

  test('tells when a module became lazy', () => {
    expect(short('WAWebSetPushnameConnAction').at(-1)).toEqual(['2.3000.1025587474', 'lazy', 'reported']);
  });

  test('is empty for a name that nothing is known of', () => {
    expect(nameHistory('WAWebNothing')).toEqual([]);
    expect(nameHistory('WAWebCmd', 'nothing')).toEqual([]);
  });
});

describe('lastOffered', () => {
  test('is the build itself when the name is offered there', () => {
    expect(lastOffered('WAWebCmd', 'Cmd', '2.3000.1029241508')).toBe('2.3000.1029241508');
  });

  test('is the newest known build before the name went', () => {
    expect(lastOffered('WAWebUserPrefsMeUser', 'getMeUser', '2.3000.1029241508')).toBe('2.3000.1026330385');
    expect(lastOffered('WAWebCollections', 'Call', '2.3000.1044822804')).toBe('2.3000.1032373751');
  });

  test('is no build between the archives of which the later one lacks the name', () => {
    expect(lastOffered('WAWebBizGatingUtils', undefined, '2.3000.1044822804')).toBe('2.3000.1038183521');
  });

  test('is null when no build up to that one offered it', () => {
    expect(lastOffered('WAWebUserPrefsMeUser', 'getMaybeMePnUser', '2.3000.1014111620')).toBeNull();
    expect(lastOffered('WAWebNothing', undefined, '2.3000.1044822804')).toBeNull();
  });

  test('stays within the builds of the same face', () => {
    expect(lastOffered('WAWebSyncGatingUtils', undefined, '2.2412.54')).toBeNull();
  });
});
