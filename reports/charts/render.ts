import { CHART_CONFIG } from './theme.ts';

/** A Vega-Lite specification, or a part of one. */
export type Spec = Record<string, unknown>;

/** Mean width of a letter of Helvetica in em; digits are 0.556 wide. */
const EM_PER_LETTER = 0.56;

interface TextMetrics {
  width(item: { fontSize?: number }, text: unknown): number;
}

/**
 * Vega would measure with a canvas where the host has one, and guess far too wide where not. This is close for our
 * font, and the same everywhere.
 */
const measureText: TextMetrics['width'] = (item, text) =>
  String(text).length * (item.fontSize ?? 12) * EM_PER_LETTER;

/**
 * Draws a Vega-Lite specification as SVG text that can stand inline in a page next to others.
 * Vega is loaded on first use only: it takes a quarter of a second. Throws on an invalid specification.
 * @param prefix makes the ids of this drawing unique in its page (Vega counts them per process)
 * @param onWarning told what Vega-Lite drops or doubts
 */
export async function renderSvg(
  spec: Spec,
  prefix: string,
  onWarning: (warning: string) => void = () => {},
): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  (vega as unknown as { textMetrics: TextMetrics }).textMetrics.width = measureText;
  const logger = vega.logger(vega.None);
  const report = (...words: unknown[]) => {
    onWarning(words.join(' '));
    return logger;
  };
  Object.assign(logger, { warn: report, error: report });
  const full = { ...spec, config: CHART_CONFIG } as unknown as Parameters<typeof compile>[0];
  const compiled = compile(full, { logger }).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger });
  try {
    return cleanSvg(await view.toSVG(), prefix);
  } finally {
    view.finalize();
  }
}

const shorten = (numbers: string) => numbers.replace(/(\.\d\d)\d+/g, '$1');

/** Numbers ids from 0 behind the prefix, and drops what an inline drawing with its own text alternative does not need. */
export function cleanSvg(svg: string, prefix: string): string {
  const ids = [...new Set([...svg.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]!))];
  let text = svg
    .replace(/ (aria-[a-z]+|role|class|pointer-events|xmlns:xlink)="[^"]*"/g, '')
    .replace(/<path d="M0,0h0v0h0Z"\/>|<path d="" display="none"\/>/g, '')
    .replace(/ (d|transform)="([^"]*)"/g, (_, name, numbers) => ` ${name}="${shorten(numbers)}"`)
    .replace('<svg ', '<svg aria-hidden="true" focusable="false" ');
  ids.forEach((id, at) => {
    text = text.replaceAll(` id="${id}"`, ` id="${prefix}-${at}"`).replaceAll(`#${id})`, `#${prefix}-${at})`);
  });
  return text;
}
