import { describe, expect, it } from 'vitest';
import {
  type AccountView,
  calculateSize,
  codeOf,
  encodeInstruction,
  encodeMarket,
  errorOf,
  PROGRAM_ERRORS,
  PROGRAM_ID,
  processInstruction,
} from '../../../engine/wire/index.ts';
import { AUTHORITY, createMarket, PARAMS } from './fixtures.ts';

const OTHER = new Uint8Array(32).fill(9);
const deposit = encodeInstruction({ op: 'deposit', account: 2, amount: 5_000, nowSlot: 7 });
const initialize = encodeInstruction({
  op: 'initialize',
  params: PARAMS,
  maxSlots: 8,
  initSlot: 7,
  initPrice: 5_000_000,
  enforceEnvelope: true,
});

function createAccounts(data = encodeMarket(createMarket(), AUTHORITY)): [AccountView, AccountView] {
  return [
    { key: OTHER, owner: PROGRAM_ID, isSigner: false, isWritable: true, data },
    { key: AUTHORITY, owner: OTHER, isSigner: true, isWritable: false, data: new Uint8Array(0) },
  ];
}

describe('the entry of the risk program', () => {
  it('initialises a zeroed account into the bytes of a new market', () => {
    const [market, authority] = createAccounts(new Uint8Array(calculateSize(8)));
    expect(processInstruction(PROGRAM_ID, [market, authority], initialize)).toBeNull();
    expect(market.data).toEqual(encodeMarket(createMarket(), AUTHORITY));
    expect(processInstruction(PROGRAM_ID, [market, authority], initialize)).toBe('AlreadyInitialized');
  });

  it('applies an instruction in place', () => {
    const [market, authority] = createAccounts();
    const before = market.data.slice();
    expect(processInstruction(PROGRAM_ID, [market, authority], deposit)).toBeNull();
    expect(market.data).not.toEqual(before);
  });

  it.each<[string, (accounts: [AccountView, AccountView]) => readonly AccountView[], Uint8Array]>([
    ['MissingAccount', ([market]) => [market], deposit],
    ['WrongOwner', ([market, authority]) => [{ ...market, owner: OTHER }, authority], deposit],
    ['ReadOnlyAccount', ([market, authority]) => [{ ...market, isWritable: false }, authority], deposit],
    ['MissingSigner', ([market, authority]) => [market, { ...authority, isSigner: false }], deposit],
    ['InvalidInstruction', (accounts) => accounts, deposit.subarray(1)],
    [
      'InvalidAccountData',
      ([market, authority]) => [{ ...market, data: market.data.subarray(8) }, authority],
      deposit,
    ],
    ['WrongAuthority', ([market, authority]) => [market, { ...authority, key: OTHER }], deposit],
    [
      'InsufficientBalance',
      (accounts) => accounts,
      encodeInstruction({ op: 'deposit', account: 2, amount: 1, nowSlot: 7 }),
    ],
  ])('answers %s and changes nothing', (error, change, data) => {
    const accounts = createAccounts();
    const before = accounts[0].data.slice();
    expect(processInstruction(PROGRAM_ID, change(accounts), data)).toBe(error);
    expect(accounts[0].data).toEqual(before);
  });

  it('checks what it is given before it reads any state', () => {
    const [market, authority] = createAccounts(new Uint8Array(3));
    const given = { ...market, owner: OTHER, isWritable: false };
    expect(processInstruction(PROGRAM_ID, [given, { ...authority, isSigner: false }], deposit)).toBe(
      'WrongOwner',
    );
  });

  it('refuses parameters that the engine refuses, whatever the account', () => {
    const data = initialize.slice();
    // maintenance_bps, the third word, becomes 65 316: above the initial margin.
    data[1 + 2 * 8] = 0x24;
    data[2 + 2 * 8] = 0xff;
    const [market, authority] = createAccounts(new Uint8Array(3));
    expect(processInstruction(PROGRAM_ID, [market, authority], data)).toBe('InvalidParameters');
    expect(processInstruction(PROGRAM_ID, [market, authority], initialize)).toBe('InvalidAccountData');
  });
});

describe('error numbers', () => {
  it('are places in the list, the rules first', () => {
    expect(codeOf(null)).toBe(0);
    expect(codeOf('InsufficientBalance')).toBe(1);
    expect(codeOf('PnlNotWarmedUp')).toBe(8);
    expect(PROGRAM_ERRORS.map((name) => errorOf(codeOf(name)))).toEqual(PROGRAM_ERRORS);
    expect(() => errorOf(99)).toThrow(RangeError);
  });
});
