import { EventKind, type RiskInstruction } from '../../engine/risk/index.ts';
import { applySlab, type Slab, type SlabErrorName } from '../../engine/slab/index.ts';
import type { BookFlowMeter } from './book_flow.ts';
import { Executor, type ExecutorParts } from './executor.ts';
import type { LiquidationCandidates } from './liquidation_candidates.ts';
import type { BookInstruction, Origin } from './observer.ts';

/** One trade on the book. */
export interface BookFill {
  maker: number;
  makerOrderId: number;
  taker: number;
  /** Of the taker: 1 bought. */
  direction: 1 | -1;
  sizeQ: number;
  price: number;
}

export interface BookExecutorParts extends ExecutorParts {
  flow: BookFlowMeter | null;
  /** Who is in the reduce band; null while there is none. */
  reducible: LiquidationCandidates | null;
}

/** Runs instructions on a slab: those of the risk engine go through the slab as well. */
export class BookExecutor extends Executor {
  readonly slab: Slab;
  readonly reducible: LiquidationCandidates | null;
  /** Trades of the latest instruction, in order. */
  fills: BookFill[] = [];
  /** See `encodeGraph`. */
  static readonly transient: readonly string[] = ['noteFill'];
  private readonly bookFlow: BookFlowMeter | null;
  private buyer = 0;
  private price = 0;

  constructor(slab: Slab, parts: BookExecutorParts) {
    super(parts);
    this.slab = slab;
    this.reducible = parts.reducible;
    this.bookFlow = parts.flow;
  }

  /** Funding on a book follows its mark. */
  protected override get fundingRate(): number {
    return this.slab.fundingRate;
  }

  override execute(instruction: RiskInstruction, origin: Origin): SlabErrorName | null {
    return this.report(instruction, applySlab(this.slab, { op: 'risk', instruction }), origin);
  }

  /** Executes an instruction of the book; its error's name, or null. `fills` then holds what it traded. */
  executeBook(instruction: BookInstruction, origin: Origin): SlabErrorName | null {
    this.fills = [];
    const error = applySlab(this.slab, instruction);
    if (this.bookFlow !== null) this.bookFlow.isForced = instruction.op === 'reduceBand';
    return this.report(instruction, error, origin);
  }

  protected override report(...done: Parameters<Executor['report']>): SlabErrorName | null {
    this.reducible?.noteEvents(this.log);
    if (this.log.length > 0) this.log.each(this.noteFill);
    return super.report(...done);
  }

  private readonly noteFill = (kind: EventKind, subject: number, x: number, y: number, z: number): void => {
    if (kind === EventKind.Traded) {
      this.buyer = subject;
      this.price = z;
    } else if (kind === EventKind.OrderFilled) {
      const direction = this.buyer === subject ? -1 : 1;
      const { price } = this;
      this.fills.push({ maker: subject, makerOrderId: x, taker: z, direction, sizeQ: y, price });
    }
  };
}
