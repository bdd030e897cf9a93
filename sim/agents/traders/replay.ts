import { z } from 'zod';
import { BPS, MAX_POSITION_ABS_Q } from '../../../engine/risk/index.ts';
import { readDataTable, throwProblems } from '../../scenario/data_table.ts';
import { duration, money, percent, size, type Unit, unitContext } from '../../scenario/units.ts';
import type { Action, Agent, AgentContext, AgentModule, AgentSetup } from '../agent.ts';

/** One line of the file. Its `account` counts the names of the file, in the order of their first line, from 0. */
export interface ReplayRow {
  /** From the start of the group. */
  slot: number;
  action: Action;
}
export interface Recording {
  accounts: number;
  rows: ReplayRow[];
}

const COLUMNS = ['time', 'account', 'action', 'value'] as const;

/** What each action reads from the column `value`; throws an Error with the rest of a sentence. */
const ACTIONS: Readonly<Record<string, (account: number, value: string) => Action>> = {
  deposit: (account, value) => ({ type: 'deposit', account, amountAtoms: readUnit(money(1), value) }),
  withdraw: (account, value) => {
    const amountAtoms = value === 'max' ? value : readUnit(money(1), value);
    return { type: 'withdraw', account, amountAtoms };
  },
  trade: (account, value) => {
    const sizeQ = readUnit(size(-MAX_POSITION_ABS_Q), value);
    if (sizeQ === 0) throw new Error('must not be 0');
    return { type: 'trade', account, sizeQ };
  },
  close: (account, value) => ({ type: 'close', account, share: readUnit(percent(1), value) / BPS }),
  convert: (account, value) => {
    if (value !== '') throw new Error('is too much: convert takes no value');
    return { type: 'convert', account };
  },
};

function readUnit(unit: Unit, text: string): number {
  const { data, error } = unit.safeParse(text);
  if (error !== undefined) throw new Error(error.issues[0]!.message);
  return data;
}

/** Reads the recorded actions; throws an Error that names file and line of the first few problems. */
function readRecording(file: string): Recording {
  const problems: string[] = [];
  const rows: ReplayRow[] = [];
  const accounts = new Map<string, number>();
  for (const { line, cells } of readDataTable(file, unitContext().readData(file), COLUMNS)) {
    const [time = '', name = '', kind = '', value = ''] = cells;
    let part = `time \`${time}\``;
    try {
      const slot = readUnit(duration(), time);
      if (slot < (rows.at(-1)?.slot ?? 0)) throw new Error('is before the line above');
      part = `account \`${name}\``;
      if (name === '') throw new Error('needs a name');
      const account = accounts.get(name) ?? accounts.size;
      accounts.set(name, account);
      part = `action \`${kind}\``;
      const read = ACTIONS[kind];
      if (read === undefined) throw new Error(`is none of ${Object.keys(ACTIONS).join(', ')}`);
      part = `value \`${value}\``;
      rows.push({ slot, action: read(account, value) });
    } catch (error) {
      problems.push(`${file}:${line}: ${part} ${(error as Error).message}`);
    }
  }
  throwProblems(problems);
  return { accounts: accounts.size, rows };
}

const params = z.strictObject({
  file: z
    .string()
    .describe(
      'Comma-separated table, relative to the scenario file, with the columns time (`12 slots`, `5 s`; from the ' +
        'start of the group), account (any name), action (deposit, withdraw, trade, close or convert) and value ' +
        '(money, `max`, a signed size such as `-2.5 BTC`, a share, nothing); rows in the order of time.',
    )
    .transform((file, context): Recording => {
      try {
        return readRecording(file);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message, input: file });
        return z.NEVER;
      }
    }),
});
type ReplayParams = z.output<typeof params>;

/** Does what a file says, account by account. Actions of one slot keep the order of the file. */
class Replay implements Agent {
  readonly accounts: readonly number[];
  private readonly rows: readonly ReplayRow[];
  private startSlot = 0;
  private next = 0;

  constructor({ allocateAccount, params }: AgentSetup<ReplayParams>) {
    this.rows = params.file.rows;
    this.accounts = Array.from({ length: params.file.accounts }, allocateAccount);
  }

  onStart(context: AgentContext): void {
    this.startSlot = context.slot;
    this.onWake(context);
  }

  onWake(context: AgentContext): void {
    const elapsed = context.slot - this.startSlot;
    for (; this.next < this.rows.length && this.rows[this.next]!.slot <= elapsed; this.next += 1) {
      const { action } = this.rows[this.next]!;
      // Every action of a recording has an account, which its type cannot say.
      const { account } = action as Action & { account: number };
      context.submit({ ...action, account: this.accounts[account]! } as Action);
    }
    const following = this.rows[this.next];
    if (following !== undefined) context.wakeAt(this.startSlot + following.slot);
  }
}

export const replay: AgentModule<ReplayParams> = {
  kind: 'replay',
  role: 'trader',
  doc: 'Acts from a recorded file of actions, or opens a recorded population of positions, one account a name.',
  params,
  create: (setup) => new Replay(setup),
};
