/** A field of a message as it stands between two NULs. */
export type Token = string | number | boolean;

/** A message as it is put on the wire: its id and its fields. */
export type Message = readonly Token[];

/** "No value" of the protocol for doubles, ints and longs. */
export const UNSET_DOUBLE = '1.7976931348623157E308';
export const UNSET_INT = '2147483647';
export const UNSET_LONG = '9223372036854775807';

/** A client that announces a longer message is not speaking the protocol. */
const MOST_BYTES = 1 << 24;
const LENGTH_BYTES = 4;

const textOf = (token: Token): string =>
  typeof token === 'boolean' ? (token ? '1' : '0') : String(token);

/** One message: its length, big-endian, then each field ended by a NUL. */
export function frameOf(tokens: readonly Token[]): Buffer {
  const body = Buffer.from(tokens.map((token) => `${textOf(token)}\0`).join(''), 'utf8');
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** What is no frame: the peer does not speak the protocol. */
export class FrameError extends Error {}

/** Cuts a stream, however it is torn or joined, into messages. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The messages that are complete with these bytes. Throws FrameError at an impossible length. */
  push(bytes: Buffer): string[][] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const messages: string[][] = [];
    for (;;) {
      const body = this.#take();
      if (body === null) return messages;
      messages.push(tokensOf(body));
    }
  }

  /** The next body as it came, or null until it is complete. */
  #take(): Buffer | null {
    if (this.#rest.length < LENGTH_BYTES) return null;
    const length = this.#rest.readUInt32BE();
    if (length > MOST_BYTES) throw new FrameError(`a message of ${length} bytes`);
    if (this.#rest.length < LENGTH_BYTES + length) return null;
    const body = this.#rest.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
    this.#rest = this.#rest.subarray(LENGTH_BYTES + length);
    return body;
  }

  /** Bytes that stand before the first message: the greeting "API" and a NUL. Null until they are complete. */
  takeGreeting(bytes: Buffer): boolean | null {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    if (this.#rest.length < GREETING.length) return null;
    const isGreeting = this.#rest.subarray(0, GREETING.length).equals(GREETING);
    if (isGreeting) this.#rest = this.#rest.subarray(GREETING.length);
    return isGreeting;
  }
}

const GREETING = Buffer.from('API\0');

/** The fields of a body. The first message of a client, its range of versions, ends without a NUL. */
function tokensOf(body: Buffer): string[] {
  const fields = body.toString('utf8').split('\0');
  if (fields.at(-1) === '') fields.pop();
  return fields;
}
