import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  CheckpointError,
  CheckpointWriter,
  type RunIdentity,
  type RunProgress,
  readCheckpoint,
} from '../../../sim/checkpoint/checkpoint_file.ts';
import { makeScenario } from '../kernel/harness.ts';

const OWN = { version: '1.2.3', codeHash: 'ab'.repeat(32) };
const IDENTITY: RunIdentity = {
  ...OWN,
  scenario: makeScenario([]),
  seed: '7',
  check: true,
  reproduce: 'npx percolator-lab run it --seed 7 --check',
  every: 50,
};
const BEGUN: RunProgress = { pass: 'attacked', results: null, state: null };
const UNDER_WAY: RunProgress = {
  pass: 'calm',
  results: Uint8Array.of(1, 2, 3),
  state: {
    slot: 150,
    end: 166,
    coordinator: {
      from: 150,
      to: 151,
      quotes: [[{ fundamental: 5, index: 6 }]],
      feeds: [{ flow: -0.5, index: 6 }],
    },
    slabs: [
      { index: 1, bytes: Uint8Array.of(9) },
      { index: 0, bytes: Uint8Array.of() },
    ],
  },
};

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'percolator-checkpoint-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

it('comes back as it was written, the latest alone', () => {
  const folder = makeFolder();
  const writer = new CheckpointWriter(folder, IDENTITY);
  for (const progress of [BEGUN, UNDER_WAY, BEGUN, UNDER_WAY]) {
    writer.write(progress);
    expect(readCheckpoint(folder, OWN)).toEqual({ identity: IDENTITY, progress });
    expect(readdirSync(folder)).toEqual(['checkpoint']);
  }
});

it('is refused wherever it is cut off or a byte is changed, with what to do', () => {
  const folder = makeFolder();
  new CheckpointWriter(folder, IDENTITY).write(UNDER_WAY);
  const file = join(folder, 'checkpoint');
  const whole = readFileSync(file);
  const refusal =
    /(is no checkpoint of this lab|its checksum differs).* run the scenario again from the start/;
  for (let at = 0; at < whole.length; at += at < 100 ? 1 : 17) {
    const changed = Buffer.from(whole);
    changed[at]! ^= 32;
    for (const bytes of [whole.subarray(0, at), changed]) {
      writeFileSync(file, bytes);
      expect(() => readCheckpoint(folder, OWN)).toThrow(refusal);
    }
  }
});

it('is of use to the code that wrote it alone', () => {
  const folder = makeFolder();
  new CheckpointWriter(folder, IDENTITY).write(BEGUN);
  for (const other of [
    { ...OWN, version: '1.2.4' },
    { ...OWN, codeHash: 'cd'.repeat(32) },
  ]) {
    expect(() => readCheckpoint(folder, other)).toThrow(CheckpointError);
    expect(() => readCheckpoint(folder, other)).toThrow(
      /version 1\.2\.3 \(abab.*begin again: npx percolator-lab run it/,
    );
  }
});

it('says that it cannot be written, and leaves the old one', () => {
  const folder = makeFolder();
  const writer = new CheckpointWriter(folder, IDENTITY);
  rmSync(folder, { recursive: true });
  expect(() => writer.write(BEGUN)).toThrow(/^cannot write the checkpoint .*ENOENT/);
  writeFileSync(folder, '');
  expect(() => readCheckpoint(folder, OWN)).toThrow(/^cannot read the checkpoint/);
});
