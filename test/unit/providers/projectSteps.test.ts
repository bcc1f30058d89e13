import assert from 'node:assert/strict';
import type { ProjectStep } from '../../../src/core/projectSteps';
import { problemOf, settingOf } from '../../../src/core/projectSteps';
import { projectSteps } from '../../../src/providers/projectSteps';
import { providerDescriptions } from '../../../src/providers/registry';

/** The keys of a valibot object schema. */
function keysOf(schema: object): readonly string[] {
  const entries: unknown = 'entries' in schema ? schema.entries : undefined;
  assert.ok(typeof entries === 'object' && entries !== null);
  return Object.keys(entries);
}

describe('what the wizards ask', () => {
  it('is there for every provider', () => {
    assert.deepEqual([...projectSteps.keys()], [...providerDescriptions.keys()]);
  });

  for (const [id, { steps, identity }] of projectSteps) {
    const description = providerDescriptions.get(id) ?? assert.fail(id);
    const step = (key: string): ProjectStep => steps.find((one) => one.id === key) ?? assert.fail(key);

    it(`${id}: the endpoint and every key of its options, once`, () => {
      const asked = steps.map((one) => one.id);
      assert.deepEqual([...asked].sort(), ['endpoint', ...keysOf(description.optionsSchema)].sort());
      assert.equal(step('endpoint').required === true, description.defaultEndpoint === undefined);
    });

    it(`${id}: placeholders and choices that its schema takes`, () => {
      for (const one of steps) {
        const examples = one.kind === 'choice' ? one.choices.map(({ value }) => value) : [one.placeholder ?? ''];
        for (const example of examples)
          assert.equal(
            problemOf(one, example, description)?.kind,
            one.required && example === '' ? 'required' : undefined,
            `${one.id}: ${example}`,
          );
      }
      assert.notEqual(identity.accepts?.(identity.placeholder), false);
    });

    it(`${id}: texts without placeholders that nobody fills, the problems as sentences`, () => {
      for (const { label, detail, problem } of [...steps, identity]) {
        assert.doesNotMatch(`${label} ${detail}`, /\{\w+\}/);
        assert.match(detail, /^[A-Z].*\.$/);
        assert.match(problem, /^[A-Z].*\.$/);
      }
    });

    it(`${id}: refuses what its settings refuse`, () => {
      for (const one of steps) {
        if (one.kind === 'scopes') continue;
        assert.notEqual(problemOf(one, '\u0001 " \\', description), undefined, one.id);
      }
    });
  }

  it('reads of an address what it means', () => {
    const endpoint = projectSteps.get('venafiTpp')?.steps.find(({ id }) => id === 'endpoint') ?? assert.fail();
    assert.equal(settingOf(endpoint, ' TPP.example.com:8443/vedsdk/ '), 'https://tpp.example.com:8443');
  });
});
