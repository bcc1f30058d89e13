/**
 * The lines of a journal file. Each is one event in JSON with the schema's version.
 *
 * What is written and what is read passes the same allow-list: a field that is not named here is dropped, so no secret
 * gets in by being attached to an entry. Texts are scrubbed on the way in as well.
 */
import * as v from 'valibot';
import type { RemedyAction, TargetKey } from '../core/model';
import type { OutcomeKind } from '../core/outcome';
import { scrub } from '../core/redact';
import { processOwnerSchema } from './processIdentity';

const version = 1;

// Records, so that a kind which the domain gains and this list lacks fails to compile.
const outcomeKinds: Readonly<Record<OutcomeKind, true>> = {
  verified: true,
  accepted: true,
  'already-reset': true,
  'not-reset': true,
  refused: true,
  'not-sent': true,
  unknown: true,
  unsupported: true,
  cancelled: true,
};

type PlainAction = Exclude<RemedyAction['kind'], 'open-url' | 'use-way'>;

const plainActions: Readonly<Record<PlainAction, true>> = {
  retry: true,
  verify: true,
  'replace-credential': true,
  'take-over-lock': true,
  'open-settings': true,
  reset: true,
  'sign-in': true,
  'lost-token-help': true,
};

type Text = v.GenericSchema<string, string>;

const id = v.string();
/** Epoch milliseconds. */
const time = v.pipe(v.number(), v.finite());

const addressSchema = v.object({
  provider: v.string(),
  origin: v.string(),
  target: v.pipe(
    v.string(),
    v.transform((key) => key as TargetKey),
  ),
});

/** What an operation was about: enough to say which reset it was without the entry, which may stand in another file. */
const subjectSchema = v.object({
  address: addressSchema,
  credentialStoredAt: time,
  openedAt: time,
  endsAll: v.exactOptional(v.boolean()),
});

function actionSchema(text: Text) {
  return v.variant('kind', [
    v.object({ kind: v.picklist(Object.keys(plainActions) as PlainAction[]) }),
    v.object({ kind: v.literal('open-url'), url: text }),
    v.object({ kind: v.literal('use-way'), way: text }),
  ]);
}

function outcomeSchema(text: Text) {
  return v.object({
    kind: v.picklist(Object.keys(outcomeKinds) as OutcomeKind[]),
    reason: v.object({
      code: v.string(),
      params: v.record(v.string(), text),
      actions: v.pipe(v.array(actionSchema(text)), v.readonly()),
    }),
    at: time,
    operationId: v.exactOptional(id),
  });
}

function newEntrySchema(text: Text) {
  return v.object({
    operationId: id,
    address: addressSchema,
    projectLabel: text,
    identityLabel: text,
    confirmedBy: v.picklist(['modal', 'task-allowance']),
    requestedBy: v.exactOptional(text),
    confirmedAt: time,
    credentialStoredAt: time,
    way: v.exactOptional(text),
    endsAll: v.exactOptional(v.boolean()),
    hints: v.record(v.string(), v.union([text, time])),
    openedAt: time,
  });
}

function eventSchema(text: Text) {
  const entry = newEntrySchema(text);
  const outcome = outcomeSchema(text);
  return v.variant('type', [
    /** Whose file this is. */
    v.object({ type: v.literal('window'), owner: processOwnerSchema }),
    v.object({ type: v.literal('sending'), entry }),
    v.object({ type: v.literal('sent'), operationId: id, at: time }),
    v.object({ type: v.literal('closed'), operationId: id, outcome, subject: v.exactOptional(subjectSchema) }),
    v.object({ type: v.literal('dismissed'), operationId: id }),
    /** All that is known of an operation of a window that is gone: in the archive, or carried over by another window. */
    v.object({
      type: v.literal('snapshot'),
      operationId: id,
      entry: v.exactOptional(entry),
      sentAt: v.exactOptional(time),
      outcome: v.exactOptional(outcome),
      subject: v.exactOptional(subjectSchema),
      dismissed: v.exactOptional(v.boolean()),
    }),
  ]);
}

const readSchema = eventSchema(v.string());
const writeSchema = eventSchema(v.pipe(v.string(), v.transform(scrub)));

export type JournalEvent = v.InferOutput<typeof readSchema>;
export type Subject = v.InferOutput<typeof subjectSchema>;

export type ParsedLine =
  | { readonly kind: 'event'; readonly event: JournalEvent }
  | { readonly kind: 'blank' }
  /** Torn, edited by hand, or no journal line at all. */
  | { readonly kind: 'damaged' }
  /** Written by a later version of the extension. */
  | { readonly kind: 'newer' };

/** One line without its line break. Throws if the event does not fit the schema: that is a bug of the caller. */
export function formatEvent(event: JournalEvent): string {
  const parsed = v.safeParse(writeSchema, event);
  if (parsed.success) return JSON.stringify({ v: version, ...parsed.output });
  // The schema library's own message quotes the value.
  throw new TypeError(`A journal event does not fit the schema at ${v.getDotPath(parsed.issues[0]) ?? event.type}`);
}

export function parseLine(line: string): ParsedLine {
  if (line.trim() === '') return { kind: 'blank' };
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { kind: 'damaged' };
  }
  if (typeof value !== 'object' || value === null || !('v' in value) || typeof value.v !== 'number') {
    return { kind: 'damaged' };
  }
  if (value.v > version) return { kind: 'newer' };
  const parsed = v.safeParse(readSchema, value);
  return parsed.success ? { kind: 'event', event: parsed.output } : { kind: 'damaged' };
}
