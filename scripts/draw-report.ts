// node scripts/draw-report.ts [REPORT_DIR]
//
// Draws docs/report.png, the picture in the README, from an HTML report of a real run; by default the one that
// `npm run quickstart` wrote last.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';
import { ensureBrowser } from '../src/browser/ensure-browser.ts';
import { home, packageRoot } from '../src/contracts/home.ts';

const report = join(process.argv[2] ?? home('report'), 'index.html');
const picture = join(packageRoot, 'docs', 'report.png');

const browser = await ensureBrowser('current', console.error);
const chromium = await puppeteer.launch({
  executablePath: browser.executablePath,
  args: browser.args,
  env: { ...process.env, ...browser.env },
  defaultViewport: { width: 1240, height: 1000, deviceScaleFactor: 1.5 },
});
const page = await chromium.newPage();
await page.goto(pathToFileURL(report).href);
await page.screenshot({ path: picture, clip: { x: 0, y: 0, width: 1240, height: 1000 } });
await chromium.close();
console.log(picture);
