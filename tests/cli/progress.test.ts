import { expect, test } from 'vitest';
import { formatProgress, Progress } from '../../cli/progress.ts';

test('rate and time left', () => {
  expect(formatProgress(0, 1_800, 0)).toBe('0 of 1800 slots (0 %), 0.0 slots/s, unknown time left');
  expect(formatProgress(600, 1_800, 2_000)).toBe('600 of 1800 slots (33 %), 300 slots/s, 4 s left');
  expect(formatProgress(10, 1_000, 10_000)).toBe('10 of 1000 slots (1 %), 1.0 slots/s, 16 min 30 s left');
  expect(formatProgress(1_800, 1_800, 6_000)).toBe('1800 of 1800 slots (100 %), 300 slots/s, 0 s left');
});

/** What is written to a terminal, or elsewhere. */
function capture(isTTY: boolean, use: (progress: Progress) => void): string {
  let written = '';
  const stream = { isTTY, write: (text: string) => (written += text) } as unknown as NodeJS.WriteStream;
  use(new Progress(stream));
  return written;
}

test('a terminal has one line, rewritten at most ten times a second and cleared for messages', () => {
  const written = capture(true, (progress) => {
    progress.update(1, 10);
    progress.update(2, 10);
    progress.say('note');
    progress.finish();
  });
  expect(written.match(/of 10 slots/g)).toHaveLength(1);
  expect(written.startsWith('\r\u001b[K1 of 10 ')).toBe(true);
  expect(written.endsWith('\r\u001b[Knote\n')).toBe(true);
});

test('elsewhere a short run prints nothing but messages', () => {
  const written = capture(false, (progress) => {
    progress.update(1, 10);
    progress.say('note');
    progress.finish();
  });
  expect(written).toBe('note\n');
});
