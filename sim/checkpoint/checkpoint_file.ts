import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { replaceDurably, syncDirectory } from '../record/durable_files.ts';
import { checkpointPath } from '../record/run_directory.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { CoordinatorState } from '../shards/coordinator.ts';
import type { RunState } from '../shards/plan.ts';
import { decodeGraph } from './graph_decoder.ts';
import { encodeGraph } from './graph_encoder.ts';
import { PLAIN } from './vocabulary.ts';

const MAGIC = 'percolator-lab/checkpoint/1\n';
const HASH_LENGTH = 64;

/** A checkpoint that cannot be gone on from. The message says why and what to do. */
export class CheckpointError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CheckpointError';
  }
}

/** What a run is; a checkpoint is of use to no other. */
export interface RunIdentity {
  version: string;
  /** SHA-256 of the code that runs, hex. */
  codeHash: string;
  scenario: Scenario;
  seed: string;
  check: boolean;
  /** The command that makes the run again from the start. */
  reproduce: string;
  /** Slots between two checkpoints. */
  every: number;
}

/** Where a run is. */
export interface RunProgress {
  /** The run as it is written, or the one without its attacks that follows. */
  pass: 'attacked' | 'calm';
  /** The encoded results of the pass before. */
  results: Uint8Array | null;
  /** Null at the beginning of the pass. */
  state: RunState | null;
}

interface Section {
  name: 'scenario' | 'results' | 'coordinator' | 'slab';
  /** Of a slab, in the scenario. */
  index?: number;
  length: number;
}

type Header = Omit<RunIdentity, 'scenario'> & {
  scenario: string;
  /** SHA-256 of the section, hex. */
  scenarioHash: string;
  pass: RunProgress['pass'];
  slot: number;
  /** First slot whose prices are not known yet. */
  end: number;
  sections: Section[];
};

const hashOf = (...parts: (string | Uint8Array)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

/** Keeps the latest checkpoint of a run in its directory, which must be there. */
export class CheckpointWriter {
  private readonly path: string;
  private readonly identity: RunIdentity;
  private readonly scenario: Uint8Array;

  constructor(directory: string, identity: RunIdentity) {
    this.path = checkpointPath(directory);
    this.identity = identity;
    this.scenario = encodeGraph(identity.scenario, PLAIN);
  }

  /** Replaces the checkpoint by this one. Throws `CheckpointError` if it cannot be written; the old one then stays. */
  write({ pass, results, state }: RunProgress): void {
    const { scenario, identity } = this;
    const sections: Section[] = [];
    const parts: Uint8Array[] = [];
    const add = (bytes: Uint8Array, section: Omit<Section, 'length'>) => {
      sections.push({ ...section, length: bytes.length });
      parts.push(bytes);
    };
    add(scenario, { name: 'scenario' });
    if (results !== null) add(results, { name: 'results' });
    if (state !== null) {
      add(encodeGraph(state.coordinator, PLAIN), { name: 'coordinator' });
      for (const { bytes, index } of state.slabs) add(bytes, { name: 'slab', index });
    }
    const header: Header = {
      ...identity,
      scenario: identity.scenario.name,
      scenarioHash: hashOf(scenario),
      pass,
      slot: state?.slot ?? 0,
      end: state?.end ?? 0,
      sections,
    };
    const head = `${JSON.stringify(header)}\n`;
    try {
      replaceDurably(this.path, [MAGIC, `${hashOf(head, ...parts)}\n`, head, ...parts]);
      syncDirectory(dirname(this.path));
    } catch (error) {
      throw new CheckpointError(`cannot write the checkpoint ${this.path}: ${(error as Error).message}`);
    }
  }
}

/** The header and the bytes behind it, after the checksum was compared. */
function readChecked(path: string): { header: Header; body: Buffer } {
  const damaged = (what: string) =>
    new CheckpointError(
      `${path} ${what}, so the run cannot go on from it; run the scenario again from the start, with --force`,
    );
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new CheckpointError(`cannot read the checkpoint ${path}: ${(error as Error).message}`);
  }
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) throw damaged('is no checkpoint of this lab');
  const head = MAGIC.length + HASH_LENGTH + 1;
  if (bytes.toString('latin1', MAGIC.length, head) !== `${hashOf(bytes.subarray(head))}\n`) {
    throw damaged('is cut off or was changed (its checksum differs)');
  }
  const bodyAt = bytes.indexOf('\n', head) + 1;
  const header = JSON.parse(bytes.toString('utf8', head, bodyAt)) as Header;
  return { header, body: bytes.subarray(bodyAt) };
}

function requireSameCode({ codeHash, reproduce, version }: Header, own: CodeVersion): void {
  if (version === own.version && codeHash === own.codeHash) return;
  const name = (code: CodeVersion) => `${code.version} (${code.codeHash.slice(0, 12)})`;
  throw new CheckpointError(
    `the checkpoint was written by version ${name({ version, codeHash })}, and this is ${name(own)}: a run must end ` +
      `with the code it began with. Go on with that version, or begin again: ${reproduce}`,
  );
}

export type CodeVersion = Pick<RunIdentity, 'version' | 'codeHash'>;

export interface ReadCheckpoint {
  identity: RunIdentity;
  progress: RunProgress;
}

/** Reads the checkpoint of a directory. Throws `CheckpointError` if it is damaged, or of another version than `own`. */
export function readCheckpoint(directory: string, own: CodeVersion): ReadCheckpoint {
  const { body, header } = readChecked(checkpointPath(directory));
  requireSameCode(header, own);
  const { check, codeHash, every, pass, reproduce, scenarioHash, seed, version } = header;
  let at = 0;
  const found = header.sections.map(({ index, length, name }) => {
    // A copy: a view would take the whole file along into another thread.
    const bytes = new Uint8Array(body.subarray(at, at + length));
    at += length;
    return { name, index, bytes };
  });
  const find = (name: Section['name']) => found.find((section) => section.name === name)?.bytes;
  const scenario = find('scenario')!;
  if (hashOf(scenario) !== scenarioHash) {
    throw new CheckpointError(
      `the checkpoint in ${directory} holds another scenario; begin again: ${reproduce}`,
    );
  }
  const coordinator = find('coordinator');
  const slabs = found.flatMap(({ bytes, index }) => (index === undefined ? [] : [{ index, bytes }]));
  const state = coordinator && {
    slot: header.slot,
    end: header.end,
    coordinator: decodeGraph(coordinator, PLAIN) as CoordinatorState,
    slabs,
  };
  return {
    identity: {
      version,
      codeHash,
      scenario: decodeGraph(scenario, PLAIN) as Scenario,
      seed,
      check,
      reproduce,
      every,
    },
    progress: { pass, results: find('results') ?? null, state: state ?? null },
  };
}
