import { hash as digestOf } from 'node:crypto';
import { assert, err, ok, type Result } from '../domain/result.ts';
import { plainEvent } from './decoding.ts';
import { encodeDraft } from './encoding.ts';
import { type EventDraft, eventSchema, JOURNAL_VERSION, type JournalEvent } from './event.ts';
import { type RawLine, upgradeLine } from './migrations.ts';
import { unreadableMember } from './readable.ts';

/** The last event of a journal: its number and its hash. The next one names the hash as `prev`. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** What the first event of a journal follows. */
export const GENESIS: ChainHead = { seq: 0, hash: '0'.repeat(64) };

export const sha256 = (text: string | Uint8Array): string => digestOf('sha256', text, 'hex');

const HASH_KEY = ',"hash":"';
const HASH_MEMBER_LENGTH = HASH_KEY.length + 64 + '"}'.length;

/** JSON text of an object with a last member `hash`: the SHA-256 of the text without it. */
export function sealText(json: string): { readonly text: string; readonly hash: string } {
  const hash = sha256(json);
  return { text: `${json.slice(0, -1)}${HASH_KEY}${hash}"}`, hash };
}

/** The hash a sealed text ends with, or null where it is not that of the rest. */
export function sealOf(text: string): string | null {
  const cut = text.length - HASH_MEMBER_LENGTH;
  if (cut < 1 || !text.startsWith(HASH_KEY, cut) || !text.endsWith('"}')) return null;
  const hash = text.slice(cut + HASH_KEY.length, -2);
  return sha256(`${text.slice(0, cut)}}`) === hash ? hash : null;
}

/** Events with their place in the chain, and their lines, each ended by a newline. */
export interface SealedStep {
  readonly events: readonly JournalEvent[];
  readonly lines: readonly string[];
  readonly head: ChainHead;
}

/**
 * Numbers and chains the events of one step. With `check` each is held against the schema first, so that nothing is
 * ever acknowledged that a later start would refuse; InvariantError names the member that was wrong.
 */
export function sealStep(
  drafts: readonly EventDraft[],
  head: ChainHead,
  options: { readonly check: boolean },
): SealedStep {
  const events: JournalEvent[] = [];
  const lines: string[] = [];
  let { seq, hash: prev } = head;
  drafts.forEach((draft, i) => {
    seq += 1;
    if (options.check) assertReadable(draft);
    const step: [number, number] | null = drafts.length > 1 ? [i + 1, drafts.length] : null;
    const { text, hash } = sealText(encodeDraft(draft, seq, step, prev));
    events.push(placed(draft, seq, prev, hash, step));
    lines.push(`${text}\n`);
    prev = hash;
  });
  return { events, lines, head: { seq, hash: prev } };
}

/** The event of a draft: a copy, made by Object.assign because spreading objects of many shapes costs more. */
function placed(
  draft: EventDraft,
  seq: number,
  prev: string,
  hash: string,
  step: readonly [number, number] | null,
): JournalEvent {
  const v = JOURNAL_VERSION;
  const place = step === null ? { v, seq, prev, hash } : { v, seq, prev, hash, step };
  return Object.assign({}, draft, place) as unknown as JournalEvent;
}

function assertReadable(draft: EventDraft): void {
  const member = unreadableMember(draft);
  assert(member === null, `an event must be readable: ${draft.type} has a wrong ${member}`);
}

/** What is wrong with a line, in words that continue "line 12 ...". */
export interface LineProblem {
  readonly kind: 'hash' | 'json' | 'schema' | 'too_new';
  readonly message: string;
}

/** A line whose hash is right, before its members are looked at. */
export interface SoundLine {
  readonly raw: RawLine;
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  /** The number of its step's first event, and of its last. */
  readonly stepFrom: number;
  readonly stepTo: number;
}

/**
 * Reads the place in the chain off a line; a problem when text and hash differ. The state of a checkpoint that tells of
 * the event numbered `known` is left out, as null: whoever has taken in the events up to that one knows it.
 */
export function soundLine(
  text: string,
  known: number | null = null,
): Result<SoundLine, LineProblem> {
  const hash = sealOf(text);
  if (hash === null) return err({ kind: 'hash', message: 'does not match its hash' });
  let raw: RawLine;
  try {
    raw = JSON.parse(known === null ? text : withoutState(text, known)) as RawLine;
  } catch {
    return err({ kind: 'json', message: 'is not JSON' });
  }
  const { seq, prev, step } = raw;
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || typeof prev !== 'string') {
    return err({ kind: 'schema', message: 'has no number or no predecessor' });
  }
  const [part, parts] = isStep(step) ? step : [1, 1];
  return ok({ raw, seq, prev, hash, stepFrom: seq - part + 1, stepTo: seq - part + parts });
}

/** A checkpoint's line up to its state, and behind it, as encodeDraft and sealText write them. */
const BEFORE_STATE = new RegExp(
  `^\\{"v":${JOURNAL_VERSION},"seq":\\d+,"at":"[^"\\\\]*","runId":(?:null|"[^"\\\\]*"),` +
    '"type":"book\\.checkpointed","stateSeq":(\\d+),"stateHash":"[0-9a-f]{64}","state":',
);
const BEHIND_STATE = /,(?:"step":\[\d+,\d+\],)?"prev":"[0-9a-f]{64}","hash":"[0-9a-f]{64}"\}$/;
/** More than stands behind a state. */
const BEHIND_WITHIN = 250;

/** The line of a checkpoint of that event with null for its state; any other line as it is. */
function withoutState(text: string, stateSeq: number): string {
  const before = BEFORE_STATE.exec(text);
  if (before === null || Number(before[1]) !== stateSeq) return text;
  const behind = BEHIND_STATE.exec(text.slice(-BEHIND_WITHIN));
  return behind === null ? text : `${before[0]}null${behind[0]}`;
}

const isStep = (step: unknown): step is [number, number] =>
  Array.isArray(step) && Number.isSafeInteger(step[0]) && Number.isSafeInteger(step[1]);

/** The event of a sound line, brought to the current version and checked against the schema. */
export function eventOf(line: SoundLine): Result<JournalEvent, LineProblem> {
  const upgraded = upgradeLine(line.raw);
  if (!upgraded.ok) {
    return upgraded.error === 'too_new'
      ? err({ kind: 'too_new', message: `has version ${String(line.raw.v)}` })
      : err({ kind: 'schema', message: 'has no version' });
  }
  const plain = plainEvent(upgraded.value);
  if (plain !== null) return ok(plain);
  const parsed = eventSchema().safeParse(upgraded.value);
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  return err({ kind: 'schema', message: `has ${where || 'a member'}: ${issue?.message ?? ''}` });
}

/** The event of a line of text. */
export function decodeLine(text: string): Result<JournalEvent, LineProblem> {
  const sound = soundLine(text);
  return sound.ok ? eventOf(sound.value) : sound;
}

/** JSON with the members of every object in code-unit order: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
