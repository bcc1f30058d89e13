/**
 * Fault 12's searcher: secrets that were planted, places where none of them may be, and every form in which one could have
 * been written there; also the first and the last characters of it alone.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { encodings } from './encodings';

/** A shorter part says nothing of the whole, and stands in other texts by chance. */
const partLength = 12;
/** What is shorter is found everywhere. */
const shortest = 8;

export interface Hit {
  readonly secret: string;
  readonly place: string;
  readonly encoding: string;
  /** What stands around it, without the value. */
  readonly around: string;
}

interface Planted {
  /** What it was on its ways, such as `refresh_token`; the first of them names it. */
  readonly kinds: Set<string>;
  /** Places where it has to be shown, by the beginning of their names: a code that the user types elsewhere. */
  readonly shownIn?: readonly string[];
}

interface Needle {
  readonly text: string;
  readonly encoding: string;
  readonly part: 'all' | 'beginning' | 'end';
  readonly planted: Planted;
}

export class LeakSearch {
  readonly #secrets = new Map<string, Planted>();
  readonly #places = new Map<string, Set<string>>();

  /** @throws Error for what is too short to be told from other text */
  plant(kind: string, value: string, shownIn?: readonly string[]): void {
    if (value.length < shortest) throw new Error(`A ${kind} of ${value.length} characters cannot be searched for`);
    const known = this.#secrets.get(value);
    if (known) known.kinds.add(kind);
    else this.#secrets.set(value, { kinds: new Set([kind]), ...(shownIn ? { shownIn } : {}) });
  }

  get kinds(): ReadonlySet<string> {
    return new Set([...this.#secrets.values()].flatMap(({ kinds }) => [...kinds]));
  }

  get places(): readonly string[] {
    return [...this.#places.keys()];
  }

  /** Adds to what is searched in that place. */
  look(place: string, ...texts: readonly string[]): void {
    const known = this.#places.get(place) ?? new Set();
    for (const text of texts) known.add(text);
    this.#places.set(place, known);
  }

  /** Everything that can be read out of a value: as a debugger, a crash report or a careless log line would. */
  lookInto(place: string, ...values: readonly unknown[]): void {
    for (const value of values) this.look(place, ...readings(value));
  }

  /** Every file below, by its bytes, and the names of files and folders; where a link leads is not part of it. */
  lookBelow(place: string, folder: string): void {
    const go = (below: string): void => {
      for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
        const name = join(below, entry.name);
        const path = join(folder, name);
        this.look(`${place}: names`, name);
        if (entry.isDirectory()) go(name);
        else if (entry.isSymbolicLink()) this.look(`${place}: names`, readlinkSync(path));
        else if (entry.isFile()) this.look(`${place}: ${name}`, contents(path));
      }
    };
    go('');
  }

  search(): readonly Hit[] {
    return this.#hits(needlesOf(this.#secrets));
  }

  /** Where a value stands that is no secret: it shows that these places are read. */
  whereIs(value: string): readonly string[] {
    const known = needlesOf(new Map([[value, { kinds: new Set(['known']) }]]));
    const whole = this.#hits(known).filter(({ secret }) => secret === 'known');
    return [...new Set(whole.map(({ place }) => place))];
  }

  #hits(needles: Needles): readonly Hit[] {
    const hits: Hit[] = [];
    for (const [place, texts] of this.#places) {
      for (const text of texts) hits.push(...hitsIn(text, place, needles));
    }
    return hits;
  }

  /** `N secrets, M places, K encodings, 0 hits`. */
  summary(hits: readonly Hit[]): string {
    const counts = [this.#secrets.size, this.#places.size, encodings.length, hits.length] as const;
    return `${counts[0]} secrets, ${counts[1]} places, ${counts[2]} encodings, ${counts[3]} hits`;
  }
}

function contents(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (thrown) {
    // What runs meanwhile may just have removed it.
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw thrown;
  }
}

type Needles = ReadonlyMap<string, readonly Needle[]>;

/** By their first characters: a text is gone through once, however many there are. */
function needlesOf(secrets: ReadonlyMap<string, Planted>): Needles {
  const found = new Map<string, Map<string, Needle>>();
  for (const [value, planted] of secrets) {
    for (const { text: partText, part } of partsOf(value)) {
      for (const { name, spell } of encodings) {
        for (const text of spell(partText)) {
          const start = text.slice(0, shortest);
          const same = found.get(start) ?? new Map<string, Needle>();
          if (!same.has(text)) same.set(text, { text, encoding: name, part, planted });
          found.set(start, same);
        }
      }
    }
  }
  return new Map([...found].map(([start, same]) => [start, [...same.values()]]));
}

function partsOf(value: string): readonly Pick<Needle, 'part' | 'text'>[] {
  const whole = { part: 'all', text: value } as const;
  // The lines around a key in PEM are no secret; what is between them is, with and without its line breaks.
  const pem = /-----BEGIN [^-]+-----\s*([\s\S]+?)\s*-----END/.exec(value)?.[1];
  const core = pem?.replaceAll(/\s/g, '') ?? value;
  if (core.length <= partLength) return [whole];
  return [
    whole,
    { part: 'beginning', text: core.slice(0, partLength) },
    { part: 'end', text: core.slice(-partLength) },
  ];
}

function hitsIn(text: string, place: string, needles: Needles): readonly Hit[] {
  const hits = new Map<string, Hit>();
  for (let at = 0; at + shortest <= text.length; at++) {
    for (const needle of needles.get(text.slice(at, at + shortest)) ?? []) {
      const { planted, encoding, part } = needle;
      if (!text.startsWith(needle.text, at) || planted.shownIn?.some((one) => place.startsWith(one))) continue;
      const [kind = ''] = planted.kinds;
      const secret = part === 'all' ? kind : `${kind} (${part})`;
      const end = at + needle.text.length;
      const around = `${text.slice(Math.max(0, at - 60), at)}█${text.slice(end, end + 30)}`;
      hits.set(`${secret} ${encoding}`, { secret, place, encoding, around: inspect(around) });
    }
  }
  return [...hits.values()];
}

/** As text, as JSON, and as Node shows it, hidden properties and stacks among it, with and without its own rendering. */
function readings(value: unknown): readonly string[] {
  const all = { depth: Number.POSITIVE_INFINITY, maxArrayLength: null, maxStringLength: null, breakLength: Infinity };
  const shown = [true, false].map((customInspect) =>
    inspect(value, { ...all, showHidden: true, getters: true, customInspect }),
  );
  const texts = [asText(value), asJson(value), ...shown];
  if (value instanceof Error) texts.push(value.stack ?? '', value.message, ...readings(value.cause));
  return texts;
}

function asText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return ''; // Without a way to become a text.
  }
}

function asJson(value: unknown): string {
  try {
    return (
      JSON.stringify(value, (_, one: unknown) =>
        one instanceof Map || one instanceof Set ? [...one] : typeof one === 'bigint' ? String(one) : one,
      ) ?? ''
    );
  } catch {
    return ''; // Circular: only `inspect` can show it.
  }
}
