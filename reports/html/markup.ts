/** Text that is HTML already. Everything else is escaped when it enters a template. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe as text and inside quoted attributes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char]!);

export type Content = Markup | string | number | null | false | readonly Content[];

function toText(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (content === null || content === false) return '';
  if (Array.isArray(content)) return content.map(toText).join('');
  return escapeHtml(String(content));
}

/** Template tag: escapes every value that is not markup, joins lists, leaves out null and false. */
export function html(strings: TemplateStringsArray, ...values: Content[]): Markup {
  return new Markup(strings.reduce((text, part, at) => text + toText(values[at - 1] ?? null) + part));
}
