import { LAB_PARTS } from './lab_parts.ts';
import { work } from './work.ts';

work(LAB_PARTS);
