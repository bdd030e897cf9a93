import { afterAll, beforeAll, describe, it } from 'vitest';
import {
  calculateSize,
  decodeMarket,
  encodeInstruction,
  encodeMarket,
  errorOf,
  PROGRAM_ID,
  processInstruction,
} from '../../engine/wire/index.ts';
import { buildHost, ParityHost } from '../../sim/verify/parity_host.ts';
import { AUTHORITY, createMarket, instructions } from '../engine/wire/fixtures.ts';
import { fuzzEntry, fuzzLoad, type HostileTarget, TIMEOUT } from './hostile.ts';

let host: ParityHost;
beforeAll(() => {
  host = new ParityHost(buildHost());
});
afterAll(() => host.close());

const createTarget = (): HostileTarget => ({
  programId: PROGRAM_ID,
  bytes: encodeMarket(createMarket(), AUTHORITY),
  headerSize: 64,
  sizes: [calculateSize(8), calculateSize(3)],
  instructions: instructions.map(encodeInstruction),
  process: processInstruction,
  nameOf: errorOf,
  host,
});

describe('hostile bytes of the risk program', () => {
  it(
    'meet the same error on both sides and change the same nothing',
    () => fuzzEntry(createTarget()),
    TIMEOUT,
  );

  it(
    'are refused as account data alike',
    () => fuzzLoad(createTarget(), (bytes) => decodeMarket(bytes) !== null),
    TIMEOUT,
  );
});
