const FIRST_SIZE = 1 << 16;

/** Bytes that grow as they are written; numbers little-endian. */
export class ByteWriter {
  private bytes = new Uint8Array(FIRST_SIZE);
  private view = new DataView(this.bytes.buffer);
  private used = 0;
  private readonly encoder = new TextEncoder();

  private reserve(size: number): void {
    if (this.used + size <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.used + size));
    larger.set(this.bytes.subarray(0, this.used));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.used] = value;
    this.used += 1;
  }

  /** A whole number from 0 to 2^32 − 1, seven bits a byte. */
  count(value: number): void {
    this.reserve(5);
    let rest = value >>> 0;
    while (rest > 127) {
      this.bytes[this.used] = 128 | (rest & 127);
      this.used += 1;
      rest >>>= 7;
    }
    this.bytes[this.used] = rest;
    this.used += 1;
  }

  double(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.used, value, true);
    this.used += 8;
  }

  raw(bytes: Uint8Array): void {
    this.count(bytes.length);
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.used);
    this.used += bytes.length;
  }

  text(text: string): void {
    this.raw(this.encoder.encode(text));
  }

  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.used);
  }
}

/** Reads what a `ByteWriter` wrote, in the same order. Throws a RangeError beyond the end. */
export class ByteReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;
  private readonly decoder = new TextDecoder();

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next byte, which stays the next. */
  peek(): number {
    return this.view.getUint8(this.at);
  }

  byte(): number {
    const value = this.view.getUint8(this.at);
    this.at += 1;
    return value;
  }

  count(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  }

  double(): number {
    const value = this.view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  raw(): Uint8Array<ArrayBuffer> {
    const length = this.count();
    if (this.at + length > this.bytes.length) throw new RangeError('the bytes end too early');
    const bytes = new Uint8Array(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return bytes;
  }

  text(): string {
    return this.decoder.decode(this.raw());
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }
}
