import { work } from '../../sim/shards/work.ts';
import { BENCH_PARTS } from './agents.ts';

work(BENCH_PARTS);
