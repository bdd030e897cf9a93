import { Worker } from 'node:worker_threads';
import { allowCollecting, limitWorker } from '../shards/worker_room.ts';

/** What a worker answers for a task. */
export type Answer<Result> =
  | { result: Result }
  | { failure: { kind: string; message: string; stack: string } };

export interface PoolOptions<Task, Result> {
  /** Path of the bundle that the workers run; it answers each message with one message. */
  script: string;
  workers: number;
  /** Taken one at a time, when a worker is free: an endless iterable costs no memory. */
  tasks: Iterable<Task>;
  /** What the worker is sent of a task. */
  toMessage(task: Task): unknown;
  onAnswer(task: Task, answer: Answer<Result>): void;
  /** Aborting ends the workers; what they were doing is given up. */
  signal: AbortSignal;
}

/**
 * Runs tasks on worker threads, each by itself: an error, an exit or the death of a worker is the answer of its task
 * alone, and a new worker goes on with the next. A worker has its next task before `onAnswer` sees the last one, so that
 * it does not wait for the disk. Resolves when all are answered or the signal was given.
 */
export async function runTasks<Task, Result>(options: PoolOptions<Task, Result>): Promise<void> {
  const { onAnswer, signal, workers } = options;
  allowCollecting();
  const tasks = options.tasks[Symbol.iterator]();
  const serve = async () => {
    let worker: Worker | null = null;
    const begin = () => {
      const next = signal.aborted ? null : tasks.next();
      if (next === null || next.done) return null;
      worker ??= new Worker(options.script, { resourceLimits: limitWorker(workers) });
      return { task: next.value, answer: ask<Result>(worker, options.toMessage(next.value), signal) };
    };
    try {
      for (let running = begin(); running !== null; ) {
        const { task } = running;
        const answer: Answer<Result> | null = await running.answer;
        if (answer === null) break;
        if ('failure' in answer) {
          // Its memory may be full or its state half changed.
          await worker!.terminate();
          worker = null;
        }
        running = begin();
        onAnswer(task, answer);
      }
    } finally {
      await (worker as Worker | null)?.terminate();
    }
  };
  const servers = await Promise.allSettled(Array.from({ length: workers }, serve));
  for (const server of servers) if (server.status === 'rejected') throw server.reason;
}

/** The worker's answer, its death as a failure, or null if the signal came first. */
function ask<Result>(worker: Worker, message: unknown, signal: AbortSignal): Promise<Answer<Result> | null> {
  return new Promise((resolve) => {
    const end = (answer: Answer<Result> | null) => {
      for (const [event, listener] of listeners) worker.off(event, listener);
      signal.removeEventListener('abort', stop);
      resolve(answer);
    };
    const die = ({ message, name, stack }: Error) =>
      end({ failure: { kind: name, message, stack: stack ?? message } });
    const stop = () => end(null);
    const listeners = [
      ['message', end],
      ['messageerror', die],
      ['error', die],
      ['exit', (code: number) => die(new Error(`the worker ended with code ${code}`))],
    ] as const;
    for (const [event, listener] of listeners) worker.on(event, listener);
    signal.addEventListener('abort', stop, { once: true });
    worker.postMessage(message);
  });
}
