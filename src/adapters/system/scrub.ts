const REDACTED = '[redacted]';

/** Shorter secrets are left alone: they would black out ordinary words. */
const LEAST_SECRET_LENGTH = 6;

/** The token of a Telegram bot, alone or in the address of its API; the colon may be encoded. */
const TELEGRAM_TOKEN = String.raw`\bbot\d+(?::|%3A)[\w-]+|\b\d{6,}(?::|%3A)[\w-]{30,}`;

/**
 * Takes secrets out of text: the known values, also as they look inside JSON or an address, the
 * password of a value that is an address, and whatever has the form of a Telegram token.
 */
export interface Scrubber {
  /** Plain text without secrets. */
  readonly text: (text: string) => string;
  /** One line of JSON without secrets in any string, key or number; stays JSON. */
  readonly line: (line: string) => string;
}

export function scrubberFor(secrets: readonly string[]): Scrubber {
  const forms = new Set(secrets.flatMap(formsOf));
  // The longest first, so that a secret within another leaves nothing of the longer one.
  const known = [...forms].sort((a, b) => b.length - a.length).map(escapeRegExp);
  const pattern = new RegExp([...known, TELEGRAM_TOKEN].join('|'), 'g');
  const text = (value: string): string => value.replace(pattern, REDACTED);
  return {
    text,
    line: (line) => {
      if (line.search(pattern) < 0) return line;
      return JSON.stringify(withoutSecrets(JSON.parse(line), text));
    },
  };
}

/** Every way a secret may look in a line; nested JSON escapes twice. */
function formsOf(secret: string): string[] {
  const values = [secret, secret.trim(), ...passwordsOf(secret)];
  return values
    .filter((value) => value.length >= LEAST_SECRET_LENGTH)
    .flatMap((value) => [value, inAddress(value)])
    .flatMap((value) => [value, inJson(value), inJson(inJson(value))]);
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Buffer mends half a character, at which encodeURIComponent throws. */
const inAddress = (text: string): string => encodeURIComponent(Buffer.from(text).toString());

function passwordsOf(secret: string): string[] {
  if (!secret.includes('://') || !URL.canParse(secret)) return [];
  const { password } = new URL(secret);
  return [password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function withoutSecrets(value: unknown, text: (value: string) => string): unknown {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') {
    const clean = text(String(value));
    return clean === String(value) ? value : clean;
  }
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, text));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [
    text(key),
    withoutSecrets(item, text),
  ]);
  return Object.fromEntries(entries);
}
