/** Account bytes and instruction bytes of the risk program (design 02 §5): the same as `programs/risk` works on. */
export {
  type DecodedInstruction,
  decodeInstruction,
  encodeInstruction,
  type Initialize,
  type ProgramInstruction,
} from './codec.ts';
export { codeOf, errorOf, PROGRAM_ERRORS, type ProgramErrorName } from './errors.ts';
export {
  accountOffset,
  calculateSize,
  type Field,
  LAYOUT,
  LAYOUT_VERSION,
  MAGIC,
  MARKET,
  offsetOf,
  type RecordLayout,
} from './layout.ts';
export {
  decodeMarket,
  encodeAccount,
  encodeGlobals,
  encodeMarket,
  encodeSide,
  readHeader,
} from './market.ts';
export { type AccountView, PROGRAM_ID, processInstruction } from './process.ts';
export {
  createWordOffset,
  decodeSlab,
  encodeSlab,
  encodeSlabChanges,
  readSlabHeader,
  type SlabKeys,
} from './slab_account.ts';
export {
  type DecodedSlabInstruction,
  decodeSlabInstruction,
  encodeSlabInstruction,
  type InitializeSlab,
  type SlabProgramInstruction,
} from './slab_codec.ts';
export {
  calculateSlabSize,
  listAreas,
  MAX_ACCOUNT_BYTES,
  SLAB_LAYOUT,
  SLAB_LAYOUT_VERSION,
  SLAB_MAGIC,
  type SlabArea,
  type WordRecord,
} from './slab_layout.ts';
export { processSlabInstruction, SLAB_PROGRAM_ID } from './slab_process.ts';
export { readRecord, readWide, readWord, writeRecord, writeWord } from './words.ts';
