import assert from 'node:assert/strict';
import { translatedDetail } from '../../../src/core/detailWords';
import { type Reason, reason } from '../../../src/core/model';
import type { OutcomeKind } from '../../../src/core/outcome';
import {
  collectReasonTexts,
  outcomeWord,
  type ReasonTexts,
  reasonParagraph,
  reasonSentences,
  type Translate,
  untranslated,
} from '../../../src/core/outcomeText';

const texts = collectReasonTexts([
  {
    all: { happened: '{host} failed.', notHappened: 'Nothing was sent to {host}.', remedy: 'Try {host} again.' },
    advised: { happened: 'It went wrong.', remedy: 'Look. {causeRemedy}' },
    wrapped: { happened: 'The read failed. {cause}', remedy: 'Try again.' },
    bare: { happened: 'Only this.' },
    broken: { happened: 'The server broke.', remedy: 'Verify before trying again.' },
  },
  { other: { happened: 'Of another source.' } },
]);

describe('reasonSentences', () => {
  it('fills the placeholders of every sentence', () => {
    assert.deepEqual(reasonSentences(reason('all', { host: 'h' }), texts, untranslated), {
      happened: 'h failed.',
      notHappened: 'Nothing was sent to h.',
      remedy: 'Try h again.',
    });
  });

  it('fills {cause} with the first sentence of what lies behind, however deep', () => {
    const cause = { ...reason('wrapped'), cause: reason('all', { host: 'h' }) };
    const { happened } = reasonSentences({ ...reason('wrapped'), cause }, texts, untranslated);
    assert.equal(happened, 'The read failed. The read failed. h failed.');
  });

  it('fills {causeRemedy} with what helps against what lies behind, or with nothing', () => {
    const told = (cause: Reason) => reasonSentences({ ...reason('advised'), cause }, texts, untranslated).remedy;
    assert.equal(told(reason('all', { host: 'h' })), 'Look. Try h again.');
    assert.equal(told(reason('no.such')), 'Look.');
  });

  it('does not advise to verify what was read only, in no language', () => {
    const backwards: Translate = (template, params) => untranslated([...template].reverse().join(''), params);
    for (const translate of [untranslated, backwards]) {
      const { remedy } = reasonSentences(reason('broken'), texts, translate);
      assert.equal(remedy, translate('Verify before trying again.', {}));
      const why = { ...reason('onlyRead'), cause: reason('broken') };
      const onlyRead = {
        onlyRead: { happened: 'No.', remedy: translate === untranslated ? '{causeRemedy}' : '}ydemeResuac{' },
      };
      assert.equal(reasonSentences(why, new Map([...texts, ...collectReasonTexts([onlyRead])]), translate).remedy, '');
    }
  });

  it('shows a code without a text as it is, also as a cause', () => {
    assert.deepEqual(reasonSentences(reason('no.such'), texts, untranslated), {
      happened: 'no.such',
      notHappened: undefined,
      remedy: undefined,
    });
    const why = { ...reason('wrapped'), cause: reason('no.such') };
    assert.equal(reasonParagraph(why, texts, untranslated), 'The read failed. no.such. Try again.');
  });

  it('leaves a placeholder that has no parameter visible', () => {
    assert.equal(reasonSentences(reason('all'), texts, untranslated).happened, '{host} failed.');
  });

  it('does not expand placeholders that come from outside, nor names of object properties', () => {
    const why = reason('all', { host: '{constructor} {cause}' });
    assert.equal(reasonSentences(why, texts, untranslated).happened, '{constructor} {cause} failed.');
  });

  it('puts foreign text on one line, without what reorders it, and bounded', () => {
    const why = reason('all', { host: `a\nb\u202ec${'x'.repeat(10_000)}` });
    const { happened } = reasonSentences(why, texts, untranslated);
    assert.ok(happened.startsWith('a b cx') && happened.length <= 600);
  });

  it('translates the template before it is filled', () => {
    const seen: string[] = [];
    reasonSentences(reason('all', { host: 'h' }), texts, (template) => {
      seen.push(template);
      return template;
    });
    assert.deepEqual(seen, ['{host} failed.', 'Nothing was sent to {host}.', 'Try {host} again.']);
  });
});

describe('reasonParagraph', () => {
  it('joins the sentences there are', () => {
    assert.equal(reasonParagraph(reason('bare'), texts, untranslated), 'Only this.');
    assert.equal(
      reasonParagraph(reason('all', { host: 'h' }), texts, untranslated),
      'h failed. Nothing was sent to h. Try h again.',
    );
    assert.equal(reasonParagraph(reason('other'), texts, untranslated), 'Of another source.');
  });
});

describe('outcomeWord', () => {
  it('has a word of its own for every outcome', () => {
    const kinds: Record<OutcomeKind, true> = {
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
    const words = Object.keys(kinds).map((kind) => outcomeWord(kind as OutcomeKind, untranslated));
    assert.equal(new Set(words).size, 9);
    assert.ok(words.every((word) => word.length > 0));
    assert.equal(outcomeWord('accepted', untranslated), 'accepted, not verified');
  });
});

describe('the words in a detail', () => {
  const shouted: Translate = (template, params) => untranslated(template.toUpperCase(), params);

  for (const [detail, told] of [
    ['proxy.example.com:8080: no connection in time', 'proxy.example.com:8080: NO CONNECTION IN TIME'],
    ['a.example.com:443: certificates of the project: EX', 'a.example.com:443: CERTIFICATES OF THE PROJECT: EX'],
    ['The lock file cannot be used (EACCES).', 'THE LOCK FILE CANNOT BE USED (EACCES).'],
    ['a.example.com:443: ECONNREFUSED', 'a.example.com:443: ECONNREFUSED'],
    ['no connection in time, says the server', 'no connection in time, says the server'],
    ['constructor', 'constructor'],
    ['', ''],
  ] as const) {
    it(`are translated, and nothing else is: ${JSON.stringify(detail)}`, () =>
      assert.equal(translatedDetail(detail, shouted), told));
  }

  it('are translated where a reason is told', () => {
    const texts: ReasonTexts = new Map([['proxy', { happened: 'The proxy cannot be reached ({detail}).' }]]);
    const inItalian: Translate = (template, params) =>
      untranslated(template === 'connection failed' ? 'connessione fallita' : template, params);
    const { happened } = reasonSentences(reason('proxy', { detail: 'a:1: connection failed' }), texts, inItalian);
    assert.equal(happened, 'The proxy cannot be reached (a:1: connessione fallita).');
  });
});
