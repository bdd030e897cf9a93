import { AGENT_MODULES } from '../agents/index.ts';
import { createRecorder } from '../record/recorder.ts';
import type { Parts } from './plan.ts';

/** The lab's own agents and recorder. */
export const LAB_PARTS: Parts = { registry: AGENT_MODULES, makeRecorder: createRecorder };
