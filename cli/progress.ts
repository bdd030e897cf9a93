const TERMINAL_MS = 100;
const LOG_MS = 5_000;

/** Says how far a run is: one rewritten line on a terminal, a plain line every 5 s elsewhere. */
export class Progress {
  private readonly out: NodeJS.WriteStream;
  private readonly unit: string;
  private readonly startedAt = performance.now();
  private shownAt: number;
  private isLineOpen = false;

  /** `unit` names what is counted. */
  constructor(out: NodeJS.WriteStream = process.stderr, unit = 'slots') {
    this.out = out;
    this.unit = unit;
    this.shownAt = out.isTTY ? Number.NEGATIVE_INFINITY : this.startedAt;
  }

  /** `note` goes behind the figures. */
  update(done: number, total: number, note = ''): void {
    const now = performance.now();
    if (now - this.shownAt < (this.out.isTTY ? TERMINAL_MS : LOG_MS)) return;
    this.shownAt = now;
    const line = formatProgress(done, total, now - this.startedAt, this.unit) + note;
    if (this.out.isTTY) {
      this.out.write(`\r\u001b[K${line}`);
      this.isLineOpen = true;
    } else {
      this.out.write(`${line}\n`);
    }
  }

  /** Prints a message without spoiling the progress line. */
  say(message: string): void {
    this.finish();
    this.out.write(`${message}\n`);
  }

  /** Ends the progress line. */
  finish(): void {
    if (this.isLineOpen) this.out.write('\r\u001b[K');
    this.isLineOpen = false;
  }
}

/** `1 200 of 1 800 slots (66 %), 310 slots/s, 2 s left`. */
export function formatProgress(done: number, total: number, elapsedMs: number, unit = 'slots'): string {
  const perSecond = elapsedMs > 0 ? (done * 1000) / elapsedMs : 0;
  const share = total > 0 ? Math.floor((100 * done) / total) : 100;
  const rate = perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1);
  const left = done === 0 ? 'unknown time left' : `${formatSeconds((total - done) / perSecond)} left`;
  return `${done} of ${total} ${unit} (${share} %), ${rate} ${unit}/s, ${left}`;
}

function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
