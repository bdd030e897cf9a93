/** The published types cover only the package's entry, which would bring every generator along. */
declare module 'seedrandom/lib/alea.js' {
  export default function alea(seed: string): () => number;
}
