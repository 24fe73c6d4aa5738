import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { extract } from 'tar';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import {
  buildOfPage,
  htmlFacts,
  loaderSettingsOf,
  scriptAddresses,
  switchValuesOf,
} from '../../../src/surface/capture/html-facts.ts';

/*
 * Reads the real pages that npm's @wppconnect/wa-version keeps, and compares them with the data: every page names a build, has
 * hundreds of scripts and components, and values that the switches of its build can have. Exit code 1 when one does not.
 */
const version = '1.5.4908';
const folder = mkdtempSync(join(tmpdir(), 'real-pages-'));
try {
  const name = execFileSync('npm', ['pack', `@wppconnect/wa-version@${version}`, '--silent'], {
    cwd: folder,
    encoding: 'utf8',
  });
  await extract({ file: join(folder, name.trim()), cwd: folder });
  process.exitCode = readAll(globSync('package/html/2.3000.*.html', { cwd: folder }).map((file) => join(folder, file)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function readAll(files: readonly string[]): number {
  const seen = new Map<string, number>();
  let [wrong, mislabelled] = [0, 0];
  for (const file of files.toSorted()) {
    const html = readFileSync(file, 'utf8');
    const label = basename(file).match(/^2\.3000\.\d+/)?.[0] as string;
    const build = buildOfPage(html) ?? label;
    if (build !== label) mislabelled += 1;
    const values = switchValuesOf(html);
    const complaints = [
      buildOfPage(html) === null ? ['it names no build'] : [],
      scriptAddresses(html).size >= 200 ? [] : [`${scriptAddresses(html).size} scripts`],
      htmlFacts(html).components.length >= 100 ? [] : [`${htmlFacts(html).components.length} components`],
      Object.keys(loaderSettingsOf(html)).length > 0 ? [] : ['no settings of the loader'],
      ...Object.entries(resolveSurface(build).switches).map(([switchName, { key, values: possible }]) => {
        const value = values[key ?? ''];
        if (value === undefined) return [];
        seen.set(`${switchName}=${value}`, (seen.get(`${switchName}=${value}`) ?? 0) + 1);
        return possible.includes(value) ? [] : [`${switchName} is ${value}`];
      }),
    ].flat();
    if (complaints.length > 0) wrong += 1;
    for (const each of complaints) console.log(`${build}: ${each}`);
  }
  const counts = [...seen].sort().map(([value, count]) => `${value} ${count}`);
  console.log(
    `${files.length} pages read, ${wrong} of them otherwise than the data say, ${mislabelled} under the name of another build; ${counts.join(', ')}`,
  );
  return wrong === 0 && files.length > 0 ? 0 : 1;
}
