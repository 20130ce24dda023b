import { inspect } from 'node:util';

/**
 * Text that must not be printed. Every way of printing it shows `[redacted]`; `reveal` is for the
 * one who needs it.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspect.custom](): string {
    return '[redacted]';
  }
}

/** Names of the secrets, as they stand in the environment or in .env; each has a twin NAME_FILE. */
export const SECRET_NAMES = [
  'TELEGRAM_BOT_TOKEN',
  'TRADE_LABS_DASHBOARD_TOKEN',
  'NTFY_TOKEN',
  'SMTP_URL',
] as const;
export type SecretName = (typeof SECRET_NAMES)[number];

/** The secrets that are set. */
export type Secrets = Readonly<Partial<Record<SecretName, Secret>>>;

/** Their texts, for whoever takes them out of what is written. */
export const revealed = (secrets: Secrets): readonly string[] =>
  Object.values(secrets).map((secret) => secret.reveal());
