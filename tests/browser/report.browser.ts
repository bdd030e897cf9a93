import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderReport } from '../../reports/html/report.ts';
import { calculateSummary } from '../../reports/metrics/index.ts';
import { makeCrashRecord } from '../reports/crash_record.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

let browser: Browser;
let folder: string;
let address: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'percolator-report-'));
  const record = makeCrashRecord();
  const file = join(folder, 'report.html');
  writeFileSync(file, await renderReport(record, calculateSummary(record)));
  address = pathToFileURL(file).href;
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens the report and notes every request beyond the page itself and everything said on the console. */
async function open(options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 900 }, ...options });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(address);
  return { page, requests, complaints, close: () => context.close() };
}

const unfold = (page: Page) =>
  page.$$eval('details', (all) => {
    for (const details of all) (details as unknown as { open: boolean }).open = true;
  });

test('asks the network for nothing and says nothing on the console', async () => {
  const { page, requests, complaints, close } = await open();
  await unfold(page);
  expect(requests.filter((url) => url !== address && !url.startsWith('data:'))).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});

test('reads without JavaScript: verdict, drawings and folded tables', async () => {
  const { page, close } = await open({ javaScriptEnabled: false });
  expect(await page.locator('.answer').innerText()).toContain('bankruptcies');
  const drawn = page.locator('figure .wide svg');
  expect(await drawn.count()).toBe(13);
  const box = await drawn.first().boundingBox();
  expect(box?.width).toBeGreaterThan(500);
  const table = page.locator('figure table').first();
  expect(await table.isVisible()).toBe(false);
  await page.locator('figure summary').first().click();
  expect(await table.isVisible()).toBe(true);
  await close();
});

describe.each([360, 768, 1400])('at %d px', (width) => {
  test('nothing makes the page scroll sideways, folded or not', async () => {
    const { page, close } = await open({ viewport: { width, height: 800 } });
    const overflow = () =>
      page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(await overflow()).toBe(0);
    await unfold(page);
    expect(await overflow()).toBe(0);
    await close();
  });

  test('each chart is drawn once, in letters of at least 9 px', async () => {
    const { page, close } = await open({ viewport: { width, height: 800 } });
    const figures = await page.$$eval('figure', (all) =>
      all.map((figure) => {
        const shown = [...figure.querySelectorAll('svg')].filter(
          (svg) => svg.getBoundingClientRect().width > 0,
        );
        const svg = shown[0] as unknown as {
          width: { baseVal: { value: number } };
          viewBox: { baseVal: { width: number } };
        };
        const scale = shown[0]!.getBoundingClientRect().width / svg.viewBox.baseVal.width;
        return { id: figure.id, shown: shown.length, letters: 12 * scale };
      }),
    );
    expect(figures.filter((figure) => figure.shown !== 1 || figure.letters < 9)).toEqual([]);
    await close();
  });
});

test('at 360 px tables of texts are cards that need no scrolling', async () => {
  const { page, close } = await open({ viewport: { width: 360, height: 800 } });
  await unfold(page);
  const boxes = await page.$$eval('.text', (all) => all.map((box) => box.scrollWidth - box.clientWidth));
  expect(boxes.length).toBeGreaterThan(2);
  expect(boxes.filter((beyond) => beyond > 0)).toEqual([]);
  await close();
});

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test('axe finds nothing wrong, contrast included', async () => {
    const { page, close } = await open({ colorScheme, bypassCSP: true });
    await unfold(page);
    await page.evaluate(AXE);
    const found = (await page.evaluate('axe.run()')) as {
      violations: { id: string; impact: string; nodes: { html: string }[] }[];
    };
    expect(found.violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`)).toEqual([]);
    await close();
  });

  test('series colours stand out from the page by at least 3 to 1', async () => {
    const { page, close } = await open({ colorScheme });
    const names = ['--page', '--s1', '--s2', '--s3', '--s4', '--s5', '--s6'];
    const [background, ...series] = (await page.evaluate(
      `${JSON.stringify(names)}.map((name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim())`,
    )) as string[];
    for (const colour of series) expect(contrast(colour, background!), colour).toBeGreaterThan(3);
    await close();
  });
});

test('on paper everything that matters is there and nothing is cut off', async () => {
  const { page, close } = await open({ viewport: { width: 720, height: 1000 } });
  await page.emulateMedia({ media: 'print' });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(720);
  expect(await page.locator('nav').isVisible()).toBe(false);
  expect(await page.locator('figure .wide svg').first().isVisible()).toBe(true);
  expect((await page.pdf()).length).toBeGreaterThan(10_000);
  await close();
});

/** WCAG contrast ratio of two #rrggbb colours. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string) => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high! + 0.05) / (low! + 0.05);
}
