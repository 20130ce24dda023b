import { IBApi } from '@stoqey/ib';
import { assert } from '../../domain/result.ts';

/** Where an instance of the library connects to. */
export interface InstanceOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: number;
  /** Told what broke inside of it, at most once for each piece of data; whoever is told ends the connection. */
  readonly onBroken: (why: string) => void;
}

/** The library's own queue is opened wide: it would go on sending after a connection broke. We pace ourselves. */
const LIBRARY_RATE = 1_000_000;
/** The longest message that the library takes. */
const LONGEST_MESSAGE = 0xff_ff_ff;
/** An error message, and where its text for machines stands: `4 2 id code text advanced`. */
const ERROR_MESSAGE = '4';
const ADVANCED_TEXT = 5;
const ESCAPE = /\\u([0-9a-fA-F]{4})/g;
/** Where the network calls into the library. An exception in one of these would end the process. */
const ENTRIES = ['onConnect', 'onData', 'onEnd', 'onError'] as const;

type Entry = (...args: unknown[]) => void;

/** What is inside of an instance, as far as it has to be guarded. */
interface Inside {
  readonly controller?: {
    onMessage?: (tokens: string[]) => void;
    readonly socket?: Partial<Record<(typeof ENTRIES)[number], Entry>> & {
      readonly client?: { setNoDelay(on: boolean): unknown };
    };
  };
}

/**
 * An instance of the library that cannot end the process. The library lets exceptions through, of listeners and of its
 * own decoder, to the socket's callbacks, where nobody catches them; a rejection whose text for machines is no JSON is
 * one of these. A message of an impossible length makes it deaf, or turn in a circle.
 */
export function guardedInstance({ host, port, clientId, onBroken }: InstanceOptions): IBApi {
  const api = new IBApi({ host, port, clientId, maxReqPerSec: LIBRARY_RATE });
  const { controller } = api as unknown as Inside;
  const socket = controller?.socket;
  const onMessage = controller?.onMessage;
  assert(controller !== undefined && socket !== undefined, 'the library has a socket to guard');
  assert(onMessage !== undefined, 'the library has a decoder to guard');
  for (const entry of ENTRIES) {
    const inner = socket[entry];
    assert(inner !== undefined, `the library's socket has ${entry}`);
    socket[entry] = (...args) => {
      try {
        inner.apply(socket, args);
      } catch (error) {
        onBroken(`the library failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    };
  }
  const connected = socket.onConnect as Entry;
  socket.onConnect = () => {
    // An entry and its stop are two small messages: the second would wait until the first was confirmed, up to 40 ms.
    socket.client?.setNoDelay(true);
    connected();
  };
  const lengths = new MessageLengths();
  const take = socket.onData as Entry;
  socket.onData = (bytes) => {
    const wrong = lengths.firstWrong(bytes as Uint8Array);
    if (wrong === null) take(bytes);
    else onBroken(`a message of ${wrong} bytes was announced: the connection is out of step`);
  };
  controller.onMessage = (tokens) => onMessage.call(controller, readable(tokens));
  return api;
}

/** Without the text for machines where it is none: the rejection itself must not be lost. */
function readable(tokens: string[]): string[] {
  const advanced = tokens[ADVANCED_TEXT];
  if (tokens[0] !== ERROR_MESSAGE || advanced === undefined || advanced === '') return tokens;
  try {
    // As the library does it: escapes first, which may leave what is no JSON.
    JSON.parse(
      advanced.replaceAll(ESCAPE, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    );
    return tokens;
  } catch {
    return tokens.with(ADVANCED_TEXT, '');
  }
}

/** Follows the lengths of messages through pieces of a stream, however it is cut. */
class MessageLengths {
  #left = 0;
  #length = 0;
  #digits = 0;

  /** The first length that no message has; null where there is none. */
  firstWrong(bytes: Uint8Array): number | null {
    let at = 0;
    while (at < bytes.length) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, bytes.length - at);
        this.#left -= step;
        at += step;
        continue;
      }
      this.#length = this.#length * 256 + (bytes[at] as number);
      this.#digits += 1;
      at += 1;
      if (this.#digits < 4) continue;
      const length = this.#length;
      this.#length = 0;
      this.#digits = 0;
      if (length < 1 || length > LONGEST_MESSAGE) return length;
      this.#left = length;
    }
    return null;
  }
}
