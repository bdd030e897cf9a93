import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AccountView,
  encodeInstruction,
  LAYOUT,
  type ProgramInstruction,
} from '../../engine/wire/index.ts';
import { findPackageRoot } from '../scenario/root.ts';
import { PROGRAMS, type ProgramName } from './parity_suite.ts';

/** The key that signs what `execute` runs; markets to load must name it. */
export const HOST_AUTHORITY = new Uint8Array(32).fill(1);

/** Something the parity suite needs is not on this machine; the message says what. */
export class ParityUnavailable extends Error {}

/** The folder of the Rust workspace. */
export function findPrograms(): string {
  const programs = join(findPackageRoot(), 'programs');
  if (existsSync(join(programs, 'Cargo.toml'))) return programs;
  throw new ParityUnavailable('the Rust programs are not part of this installation; use a clone');
}

/** Is there a cargo to build the programs with? */
export function hasCargo(): boolean {
  try {
    execFileSync('cargo', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** `plain`; `canary`, whose rules can be broken on purpose; `coverage`, which counts lines. */
export type HostKind = 'plain' | 'canary' | 'coverage';

/** Builds the host and returns its path. Throws `ParityUnavailable`. */
export function buildHost(kind: HostKind = 'plain'): string {
  const programs = findPrograms();
  if (!hasCargo()) throw new ParityUnavailable('cargo is not installed; the Rust programs cannot be built');
  const target = join(programs, 'target', ...(kind === 'plain' ? [] : [kind]));
  const features = kind === 'canary' ? ['--features', 'canary'] : [];
  const args = ['build', '--release', '--locked', '--package', 'host', '--target-dir', target, ...features];
  const env = kind === 'coverage' ? { ...process.env, RUSTFLAGS: '-Cinstrument-coverage' } : process.env;
  try {
    execFileSync('cargo', args, { cwd: programs, env, stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    throw new ParityUnavailable(`the host does not build:\n${(error as { stderr: Buffer }).stderr}`);
  }
  return join(target, 'release', 'host');
}

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

interface Pending {
  resolve(answer: Buffer): void;
  reject(error: Error): void;
}

/**
 * The native programs behind stdio: frames of a little-endian u32 length and as many bytes, answered in order. The first
 * byte of a request is the command (see `programs/host/src/session.rs`). Requests may be sent before answers arrive.
 */
export class ParityHost {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly pending: Pending[] = [];
  private readonly chunks: Buffer[] = [];
  private buffered = 0;
  private failure: Error | null = null;

  constructor(path: string, env: Record<string, string> = {}) {
    this.child = spawn(path, { stdio: 'pipe', env: { ...process.env, ...env } });
    let complaint = '';
    this.child.stderr.on('data', (text: Buffer) => {
      complaint += text.toString();
    });
    this.child.stdout.on('data', (chunk: Buffer) => this.receive(chunk));
    this.child.on('error', (error) => this.fail(error));
    this.child.stdin.on('error', (error) => this.fail(error));
    this.child.on('close', (code) => this.fail(new Error(`the host ended with ${code}: ${complaint}`)));
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const waiting of this.pending.splice(0)) waiting.reject(this.failure);
  }

  private receive(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.buffered += chunk.length;
    while (this.buffered >= 4) {
      const length = this.peekLength();
      if (this.buffered < 4 + length) return;
      const joined = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
      this.chunks.splice(0, this.chunks.length, joined.subarray(4 + length));
      this.buffered -= 4 + length;
      this.pending.shift()?.resolve(joined.subarray(4, 4 + length));
    }
  }

  private peekLength(): number {
    if (this.chunks[0]!.length < 4) this.chunks.splice(0, this.chunks.length, Buffer.concat(this.chunks));
    return this.chunks[0]!.readUInt32LE(0);
  }

  private send(command: string, ...parts: Uint8Array[]): Promise<Buffer> {
    if (this.failure !== null) return Promise.reject(this.failure);
    const length = parts.reduce((sum, part) => sum + part.length, 1);
    this.child.stdin.write(Buffer.concat([u32(length), Buffer.from(command), ...parts]));
    return new Promise((resolve, reject) => this.pending.push({ resolve, reject }));
  }

  /** The layout, the errors and the canaries, one a line. */
  async describe(): Promise<string> {
    return (await this.send('d')).toString();
  }

  /** Goes to a program; each has its own account. A host starts with the risk program. */
  async use(program: ProgramName): Promise<void> {
    await this.send('g', Uint8Array.of(PROGRAMS.indexOf(program)));
  }

  /** An uninitialised market with room for so many accounts. */
  async create(slots: number): Promise<void> {
    await this.send('n', u32(slots));
  }

  /** Makes the bytes the market; the error's number, 0 if they were accepted. */
  async load(bytes: Uint8Array): Promise<number> {
    return (await this.send('l', bytes)).readUInt32LE(0);
  }

  /** The market's bytes. */
  snapshot(): Promise<Buffer> {
    return this.send('s');
  }

  /** Executes instructions; `readAnswers` reads what comes back. */
  execute(instructions: readonly ProgramInstruction[]): Promise<Buffer> {
    return this.executeBytes(instructions.map(encodeInstruction));
  }

  executeBytes(instructions: readonly Uint8Array[]): Promise<Buffer> {
    return this.send('x', ...instructions.flatMap((bytes) => [u32(bytes.length), bytes]));
  }

  /** Opens, keeps or takes back a savepoint. */
  async undo(action: 'mark' | 'keep' | 'rollback'): Promise<void> {
    await this.send({ mark: 'm', keep: 'k', rollback: 'r' }[action]);
  }

  /** Calls the program with accounts as given; the error's number and each account's bytes afterwards. */
  async process(programId: Uint8Array, accounts: readonly AccountView[], data: Uint8Array) {
    const parts = accounts.flatMap(({ key, owner, isSigner, isWritable, data: bytes }) => [
      key,
      owner,
      Uint8Array.of((isSigner ? 1 : 0) + (isWritable ? 2 : 0)),
      u32(bytes.length),
      bytes,
    ]);
    const answer = await this.send('p', programId, Uint8Array.of(accounts.length), ...parts, data);
    const code = answer.readUInt32LE(0);
    let at = 4;
    const after = accounts.map(() => {
      const length = answer.readUInt32LE(at);
      const bytes = answer.subarray(at + 4, at + 4 + length);
      at += 4 + length;
      return bytes;
    });
    return { code, after };
  }

  /** Least nanoseconds of each block of instructions over so many rounds from the same start, compute only. */
  async time(blocks: readonly (readonly Uint8Array[])[], rounds: number): Promise<number[]> {
    const framed = blocks.map((block) => Buffer.concat(block.flatMap((bytes) => [u32(bytes.length), bytes])));
    const answer = await this.send(
      't',
      u32(rounds),
      ...framed.flatMap((bytes) => [u32(bytes.length), bytes]),
    );
    return blocks.map((_, at) => Number(answer.readBigUInt64LE(at * 8)));
  }

  /** Breaks the rule with this number from now on; false if the host was not built for it. */
  async hatch(canary: number): Promise<boolean> {
    return (await this.send('c', u32(canary)))[0] === 1;
  }

  /** Ends the host; resolves when it is gone. */
  close(): Promise<void> {
    this.failure ??= new Error('the host was closed');
    const gone = new Promise<void>((resolve) => this.child.once('close', () => resolve()));
    this.child.stdin.end();
    return gone;
  }
}

/** A record the host says may have changed. */
export interface DirtyRecord {
  /** `globals`, `long`, `short`, or an account index. */
  record: 'globals' | 'long' | 'short' | number;
  bytes: Buffer;
}

export interface HostStep {
  code: number;
  dirty: DirtyRecord[];
}

const NAMED = new Map([
  [0xffff_ffff, { record: 'globals', size: LAYOUT.globals.size }],
  [0xffff_fffe, { record: 'long', size: LAYOUT.side.size }],
  [0xffff_fffd, { record: 'short', size: LAYOUT.side.size }],
] as const);

/** The steps in an answer to `execute`. */
export function readAnswers(answer: Buffer): HostStep[] {
  const steps: HostStep[] = [];
  let at = 0;
  while (at < answer.length) {
    const code = answer.readUInt32LE(at);
    const count = answer.readUInt32LE(at + 4);
    at += 8;
    const dirty: DirtyRecord[] = [];
    for (let nth = 0; nth < count; nth += 1) {
      const number = answer.readUInt32LE(at);
      const named = NAMED.get(number as 0xffff_ffff);
      const size = named?.size ?? LAYOUT.account.size;
      dirty.push({ record: named?.record ?? number, bytes: answer.subarray(at + 4, at + 4 + size) });
      at += 4 + size;
    }
    steps.push({ code, dirty });
  }
  return steps;
}
