import type { Scenario } from '../scenario/schema.ts';
import { decodeGraph } from './graph_decoder.ts';
import { encodeGraph } from './graph_encoder.ts';
import { LATER_CLASSES } from './later_classes.ts';
import { collectClasses, listObjects, type Vocabulary } from './vocabulary.ts';

/** Saves and restores what hangs on `root`; nothing of the scenario is saved, because both sides have it. */
export class SavedState {
  private readonly root: object;
  private readonly vocabulary: Vocabulary;

  /** `root` as it was built from the scenario, before its first slot. */
  constructor(root: object, scenario: Scenario) {
    const known = listObjects(scenario);
    this.root = root;
    this.vocabulary = { known, classes: collectClasses(listObjects(root, known), LATER_CLASSES) };
  }

  /** Throws `UnsavableError`. */
  save(): Uint8Array<ArrayBuffer> {
    return encodeGraph(this.root, this.vocabulary);
  }

  /** Brings the root, which must be as it was built, to the state that was saved. */
  restore(bytes: Uint8Array): void {
    Object.assign(this.root, decodeGraph(bytes, this.vocabulary, this.root));
  }
}
