/** The published types cover only the package's entry, which would bring every generator along. */
declare module 'seedrandom/lib/alea.js' {
  export interface AleaState {
    c: number;
    s0: number;
    s1: number;
    s2: number;
  }
  export interface Alea {
    (): number;
    state(): AleaState;
  }
  /** With a state the generator goes on there, whatever the seed. */
  export default function alea(seed: string, options: { state: true | AleaState }): Alea;
}
