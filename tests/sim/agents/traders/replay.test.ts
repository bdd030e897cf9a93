import { describe, expect, it } from 'vitest';
import { replay } from '../../../../sim/agents/traders/replay.ts';
import { withUnits } from '../../../../sim/scenario/units.ts';
import { createAgent, FakeContext } from '../fake_context.ts';
import { accountsOf, jump, play } from '../play.ts';

/** Parses the parameters with this text as the file; the messages if it is refused. */
const parse = (text: string) =>
  withUnits({ readData: () => text, bases: ['BTC'] }, () => {
    const { data, error } = replay.params.safeParse({ file: 'flow.csv' });
    return { data, messages: error?.issues.map(({ message }) => message) };
  });

const FLOW = `time,account,action,value,remark
0 slots,ann,deposit,1_000 USDC,
0 slots,bob,deposit,500 USDC,
0 slots,ann,trade,-2.5 BTC,short
4 s,ann,close,50 %,
4 s,bob,withdraw,max,
20 slots,ann,convert,,
20 slots,ann,withdraw,10.5 USDC,
`;

describe('replay', () => {
  it('does what the file says, each name with an account of its own', () => {
    const context = new FakeContext();
    context.slot = 100;
    const agent = withUnits({ readData: () => FLOW, bases: ['BTC'] }, () =>
      createAgent(replay, { file: 'flow.csv' }),
    );
    expect(agent.accounts).toEqual([7, 8]);
    agent.onStart(context);
    expect(context.sent.map(({ action }) => action)).toEqual([
      { type: 'deposit', account: 7, amountAtoms: 1_000_000_000 },
      { type: 'deposit', account: 8, amountAtoms: 500_000_000 },
      { type: 'trade', account: 7, sizeQ: -2_500_000 },
    ]);
    expect(context.wakes).toEqual([110]);
    expect(context.wake(agent, 110)).toEqual([
      { type: 'close', account: 7, share: 0.5 },
      { type: 'withdraw', account: 8, amountAtoms: 'max' },
    ]);
    expect(context.wake(agent, 120)).toEqual([
      { type: 'convert', account: 7 },
      { type: 'withdraw', account: 7, amountAtoms: 10_500_000 },
    ]);
    expect(context.wakes).toEqual([110, 120]);
  });

  it('resolves to plain data, which workers can be handed', () => {
    const { data } = parse(FLOW);
    expect(structuredClone(data)).toEqual(data);
  });

  it.each([
    ['time,account,action', 'flow.csv:1: has no column value; its columns are time, account, action'],
    ['soon,ann,convert,', 'flow.csv:2: time `soon` needs a duration such as `10 min` or `600 slots`'],
    ['1 s,,convert,', 'flow.csv:2: account `` needs a name'],
    ['1 s,ann,buy,1 BTC', 'flow.csv:2: action `buy` is none of deposit, withdraw, trade, close, convert'],
    ['1 s,ann,trade,0 BTC', 'flow.csv:2: value `0 BTC` must not be 0'],
    ['1 s,ann,trade,1 ETH', 'flow.csv:2: value `1 ETH` is in ETH, but the slab trades BTC'],
    ['1 s,ann,close,120 %', 'flow.csv:2: value `120 %` must be at most 100 %'],
    ['1 s,ann,convert,all', 'flow.csv:2: value `all` is too much: convert takes no value'],
    [
      '2 s,ann,convert,\n1 s,ann,buy,\n3 s,ann,sell,',
      'flow.csv:3: time `1 s` is before the line above; flow.csv:4: action `sell` is none of ' +
        'deposit, withdraw, trade, close, convert',
    ],
  ])('names the line and the fault of %j', (rows, message) => {
    const text = rows.startsWith('time')
      ? `${rows}\n1 s,ann,convert\n`
      : `time,account,action,value\n${rows}\n`;
    expect(parse(text).messages).toEqual([message]);
  });

  it('plays a file through a venue', async () => {
    const record = await play({
      slots: 30,
      price: jump('10 %', 15),
      population: [{ group: 'flow', kind: 'replay', start: '2 slots', params: { file: 'flow.csv' } }],
      files: { 'flow.csv': FLOW },
    });
    expect([...record.tables.fills]).toMatchObject([
      { slot: 2, sizeQ: 2_500_000, sellerGroup: 'flow' },
      { slot: 12, sizeQ: 1_250_000, buyerGroup: 'flow' },
    ]);
    // Ann is left 1.25 short when the price rises by 10; bob is gone with what he brought. There is nothing to convert.
    expect(accountsOf(record, 'flow')).toMatchObject([
      { agent: 'flow/0', withdrawnAtoms: 10_500_000, positionQ: -1_250_000, netAtoms: -12_500_000 },
      { agent: 'flow/0', withdrawnAtoms: 500_000_000, positionQ: 0, netAtoms: 0 },
    ]);
  });
});
