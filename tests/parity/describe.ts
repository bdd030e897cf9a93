import { LAYOUT, MARKET, PROGRAM_ERRORS, type RecordLayout } from '../../engine/wire/index.ts';

const toSnakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function describeRecord(name: string, { fields, size }: RecordLayout): string[] {
  return [
    `record ${name} ${size}`,
    ...fields.map((field) => {
      const range = field.kind === 'word' ? ` ${field.min} ${field.max}` : '';
      return `field ${name}.${toSnakeCase(field.name)} ${field.offset} ${field.size}${range}`;
    }),
  ];
}

/** The layout and the errors of `engine/wire` in the words in which the host describes those of `programs/risk`. */
export function describeWire(): string[] {
  const records = { ...LAYOUT, market: MARKET };
  return [
    ...Object.entries(records).flatMap(([name, layout]) => describeRecord(name, layout)),
    ...PROGRAM_ERRORS.map((name, at) => `error ${name} ${at + 1}`),
  ];
}
