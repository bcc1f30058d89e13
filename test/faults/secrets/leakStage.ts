/** What the flows of fault 12 share: the search, the tap, and the places that every flow can write to. */
import assert from 'node:assert/strict';
import { presentConfirmation } from '../../../src/core/confirmation';
import type { IdentityState } from '../../../src/core/consentStore';
import { presentDetails } from '../../../src/core/detailRows';
import { entryPage } from '../../../src/core/journalDetails';
import { exportRow, toCsv, toJsonLines } from '../../../src/core/journalExport';
import { entryState, presentEntry } from '../../../src/core/journalPresentation';
import type { Reason, Target } from '../../../src/core/model';
import type { Outcome } from '../../../src/core/outcome';
import { type ReasonTexts, reasonParagraph, untranslated } from '../../../src/core/outcomeText';
import type { Journal } from '../../../src/core/ports';
import { presentIdentity } from '../../../src/core/presentation';
import type { Preview, ResetWay } from '../../../src/core/provider';
import { answerText, listAnswer, outcomeAnswer, previewAnswer } from '../../../src/core/requestAnswers';
import { providerDescriptions } from '../../../src/providers/registry';
import { type HostileAnswer, hostileAnswer } from './hostile';
import { LeakSearch } from './leakSearch';
import { type TappedRequest, WireTap } from './wireTap';

/** Codes that a person has to read and to type elsewhere. */
const shownIn: Readonly<Record<string, readonly string[]>> = { user_code: ['shown: sign-in', 'clipboard'] };

export class LeakStage {
  readonly search = new LeakSearch();
  readonly tap = new WireTap({ found: (kind, value) => this.search.plant(kind, value, shownIn[kind]) });
  readonly #warn = (warning: Error): void => this.search.lookInto('warnings of the process', warning);
  readonly #console = { log: console.log, error: console.error, warn: console.warn, info: console.info };
  #logLines = 0;
  /** How many requests a hostile server has answered. */
  echoed = 0;

  constructor(private readonly texts: ReasonTexts) {
    process.on('warning', this.#warn);
    for (const name of ['log', 'error', 'warn', 'info'] as const) {
      console[name] = (...words: readonly unknown[]): void => {
        this.search.lookInto('console', ...words);
        this.#console[name](...words);
      };
    }
  }

  close(): void {
    this.tap.close();
    process.off('warning', this.#warn);
    Object.assign(console, this.#console);
  }

  /** All levels, trace among them, and as they are before the scrubber of the output channel. */
  logged(lines: readonly string[]): void {
    this.#logLines += lines.length;
    this.search.look('log', ...lines);
  }

  /** From now on the server repeats what it is sent, if the request is one of these. */
  hostile(name: HostileAnswer, fits: (request: TappedRequest) => boolean): void {
    this.tap.hostile = (request) => {
      if (!fits(request)) return undefined;
      this.echoed += 1;
      return hostileAnswer(name, request);
    };
  }

  kind(): void {
    this.tap.hostile = undefined;
  }

  text(why: Reason): string {
    return reasonParagraph(why, this.texts, untranslated);
  }

  /** What came back, and the notification that tells of it. */
  came(what: string, value: unknown): void {
    this.search.lookInto(`value: ${what}`, value);
    const why = typeof value === 'object' && value !== null && 'reason' in value ? value.reason : undefined;
    if (isReason(why)) this.search.look(`shown: ${what}`, this.text(why));
  }

  outcome(target: Target, outcome: Outcome): void {
    this.came('outcome', outcome);
    this.search.look(
      'answer to tools and extensions',
      answerText(outcomeAnswer('outcome', target, outcome, this.#context)),
    );
  }

  preview(target: Target, state: IdentityState, preview: Preview, way: ResetWay): void {
    this.search.lookInto('value: preview', preview);
    const how = { way, earlierUnknown: false, changed: false };
    const { message, detail } = presentConfirmation(target, preview, how, {
      translate: untranslated,
      texts: this.texts,
    });
    this.search.look('shown: question', message, detail);
    const known = { target, state };
    this.search.look('answer to tools and extensions', answerText(previewAnswer(known, preview, way, this.#context)));
  }

  /** What is rendered of an identity, and what it is rendered from. */
  state(target: Target, state: IdentityState): void {
    this.search.lookInto('value: state of an identity', state);
    this.search.lookInto('tree: row', presentIdentity(target, state, this.#context));
    this.search.lookInto('tree: rows below', presentDetails(state, this.#context));
    this.search.look('answer to tools and extensions', answerText(listAnswer([{ target, state }], this.#context)));
  }

  /** Its rows, its pages and its exports. */
  async journal(journal: Journal): Promise<number> {
    const { entries } = await journal.read(100_000);
    const context = { texts: this.texts, translate: untranslated };
    const open = new Set((await journal.unfinished()).map(({ operationId }) => operationId));
    const rows = entries.map((entry) => {
      const state = entryState(entry, open);
      this.search.lookInto('journal: rows', presentEntry(entry, state, { ...context, now: Date.now() }));
      this.search.look('journal: pages', entryPage(entry, state, { ...context, service: 'service', way: entry.way }));
      this.search.lookInto('value: journal entry', entry);
      return exportRow(entry, state, context);
    });
    this.search.look('exported: JSON Lines', toJsonLines(rows));
    this.search.look('exported: CSV', toCsv(rows));
    return entries.length;
  }

  get #context() {
    return { now: Date.now(), texts: this.texts, translate: untranslated };
  }

  /** Ends the test: nothing was found, and there was something to find, in the places that are meant. */
  assertClean(kinds: readonly string[], places: readonly string[]): void {
    const hits = this.search.search();
    this.#console.log(`      ${this.search.summary(hits)}`);
    assert.deepEqual(
      hits.map(({ secret, place, encoding, around }) => `${secret} in ${place}, ${encoding}: ${around}`),
      [],
    );
    assert.deepEqual(
      kinds.filter((kind) => !this.search.kinds.has(kind)),
      [],
      'were never on the wire',
    );
    const known = this.search.places;
    assert.deepEqual(
      places.filter((place) => !known.some((one) => one.startsWith(place))),
      [],
      'were never looked at',
    );
    assert.ok(this.#logLines > 0, 'nothing was logged at all');
  }
}

function isReason(value: unknown): value is Reason {
  return typeof value === 'object' && value !== null && 'code' in value && 'params' in value;
}

export function wayOf(target: Target, id: string): ResetWay {
  const way = providerDescriptions.get(target.project.provider)?.ways.find((one) => one.id === id);
  assert.ok(way, id);
  return way;
}
