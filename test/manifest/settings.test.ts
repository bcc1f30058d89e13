import assert from 'node:assert/strict';
import { parseEndpoint } from '../../src/core/endpoint';
import { parseProjects } from '../../src/core/projectsSetting';
import { providerProfiles } from '../../src/providers/profiles';
import { providerDescriptions, registeredProviders } from '../../src/providers/registry';
import { manifest } from './manifest';

const settings = manifest.contributes.configuration.properties;

/** The few words of JSON schema that a project's keys use. */
interface KeySchema {
  readonly type: string;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
  readonly default?: unknown;
  readonly pattern?: string;
  readonly maxLength?: number;
}

interface ProjectSchema {
  readonly items: {
    readonly required: readonly string[];
    /** Keys that a project of any provider has. */
    readonly properties: Readonly<Record<string, KeySchema>> & {
      readonly identities: { readonly items: { readonly properties: Readonly<Record<string, KeySchema>> } };
    };
    /** For each provider the keys of its projects, so that no others are offered and accepted. */
    readonly allOf: readonly {
      readonly if: {
        readonly required: readonly string[];
        readonly properties: { readonly provider: { readonly const: string } };
      };
      readonly then: {
        readonly properties: Readonly<Record<string, KeySchema | true>>;
        readonly additionalProperties: boolean;
      };
    }[];
    readonly defaultSnippets: readonly { readonly label: string; readonly body: unknown }[];
  };
}

const { items } = settings['reconsent.projects'] as unknown as ProjectSchema;
const common = ['id', 'name', 'provider', 'endpoint', 'identities'];

describe('the settings of package.json', () => {
  it('fault 50: can be set by the user alone, and are named among those that Restricted Mode holds back', () => {
    for (const [key, { scope }] of Object.entries(settings)) {
      assert.ok(scope === 'application' || scope === 'machine', `${key}: ${scope}`);
    }
    const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    assert.equal(supported, 'limited');
    assert.deepEqual([...restrictedConfigurations].sort(), Object.keys(settings).sort());
  });

  it('have a description, a default and a place of their own', () => {
    for (const [key, setting] of Object.entries(settings)) {
      assert.ok(setting.description ?? setting.markdownDescription, key);
      assert.notEqual(setting.default, undefined, key);
    }
    const orders = Object.values(settings).map(({ order }) => order);
    assert.deepEqual(orders, [...new Set(orders)]);
  });
});

describe('the schema of reconsent.projects', () => {
  it('offers the providers of the registry', () => {
    const { provider } = items.properties;
    assert.deepEqual(provider?.enum, [...providerDescriptions.keys()]);
    assert.equal(provider?.enumDescriptions?.length, provider?.enum?.length);
    assert.equal(registeredProviders.length, providerDescriptions.size);
    assert.deepEqual([...providerProfiles.keys()], [...providerDescriptions.keys()]);
  });

  it('has the keys that every project has', () => {
    assert.deepEqual(Object.keys(items.properties), common);
  });

  it('has for each provider the common keys and its own, and no others', () => {
    assert.deepEqual(
      items.allOf.map((branch) => branch.if),
      [...providerDescriptions.keys()].map((id) => ({
        required: ['provider'],
        properties: { provider: { const: id } },
      })),
    );
    for (const { id, optionsSchema } of providerDescriptions.values()) {
      const keys = [...common, ...Object.keys(entriesOf(optionsSchema))];
      assert.deepEqual(Object.keys(keysOf(id)).sort(), keys.sort(), id);
      for (const key of common) assert.equal(keysOf(id)[key], true, `${id}: ${key}`);
      // Completion offers no others; one that is written nevertheless is told by the extension, with a proposal.
      assert.equal(branchOf(id).additionalProperties, true, id);
    }
  });

  it('names the common keys that the parser knows', () => {
    for (const key of common) {
      const project = { id: 'p', provider: 'googleDataPortability', [key]: samples[key] };
      assert.deepEqual(parseProjects([project], providerDescriptions).problems, [], key);
    }
    const stranger = { id: 'p', provider: 'googleDataPortability', token: 'x' };
    assert.equal(parseProjects([stranger], providerDescriptions).problems.length, 1);
  });

  it('has the keys of an identity that the parser knows', () => {
    const keys = Object.keys(items.properties.identities.items.properties);
    const identity = Object.fromEntries(keys.map((key) => [key, 'x']));
    const project = { id: 'p', provider: 'googleDataPortability', identities: [identity] };
    assert.deepEqual(parseProjects([project], providerDescriptions).problems, []);
    assert.deepEqual(keys, ['id', 'name']);
  });

  it('takes names and ids that are as long as the parser takes them', () => {
    const { id, name } = items.properties.identities.items.properties;
    const [longestId, longestName] = [id?.maxLength ?? 0, name?.maxLength ?? 0];
    const fits = (identity: object): boolean => {
      const project = { id: 'p', provider: 'googleDataPortability', identities: [identity] };
      return parseProjects([project], providerDescriptions).problems.length === 0;
    };
    assert.ok(fits({ id: 'x'.repeat(longestId), name: 'x'.repeat(longestName) }));
    assert.ok(!fits({ id: 'x'.repeat(longestId + 1) }));
    assert.ok(!fits({ id: 'x', name: 'x'.repeat(longestName + 1) }));
  });

  for (const { id, optionsSchema } of providerDescriptions.values()) {
    for (const [key, schema] of Object.entries(entriesOf(optionsSchema))) {
      it(`says of ${key} what ${id} says`, () => {
        const { enum: choices, default: preset, pattern, maxLength } = keyOf(id, key);
        const rules = rulesOf(schema);
        assert.deepEqual(choices, rules.choices);
        assert.equal(preset, rules.preset);
        assert.equal(maxLength, rules.maxLength);
        if (rules.pattern !== undefined) assert.equal(pattern, rules.pattern);
      });
    }
  }

  it('accepts every address that the parser accepts', () => {
    const addresses = [
      'https://dataportability.googleapis.com',
      'https://example.com:8443/',
      'http://127.0.0.1:9400',
      'http://localhost:9400',
      'http://[::1]:9400',
      'http://example.com',
      'https://user@example.com',
      'https://example.com?x=1',
      'https://example.com#x',
      'ftp://example.com',
      'example.com',
    ];
    const accepted = addresses.filter((address) => parseEndpoint(address).kind === 'endpoint');
    assert.equal(accepted.length, 5);
    const keys = {
      endpoint: items.properties['endpoint'],
      oauthEndpoint: keyOf('googleDataPortability', 'oauthEndpoint'),
      secureTokenEndpoint: keyOf('identityPlatform', 'secureTokenEndpoint'),
      appleEndpoint: keyOf('identityPlatform', 'appleEndpoint'),
    };
    for (const [key, schema] of Object.entries(keys)) {
      const pattern = new RegExp(schema?.pattern ?? '$^');
      assert.deepEqual(
        addresses.filter((address) => pattern.test(address)),
        accepted,
        key,
      );
    }
  });

  it('offers snippets that can be used as they are', () => {
    for (const { label, body } of items.defaultSnippets) {
      const filled: unknown = JSON.parse(JSON.stringify(body).replaceAll(/\$\{\d+:([^}]*)\}/g, '$1'));
      const { projects, problems } = parseProjects([filled], providerDescriptions);
      assert.deepEqual(problems, [], label);
      assert.equal(projects[0]?.identities.length, 1, label);
    }
  });
});

function branchOf(provider: string): ProjectSchema['items']['allOf'][number]['then'] {
  const branch = items.allOf.find((one) => one.if.properties.provider.const === provider);
  assert.ok(branch, provider);
  return branch.then;
}

const keysOf = (provider: string): Readonly<Record<string, KeySchema | true>> => branchOf(provider).properties;

function keyOf(provider: string, key: string): KeySchema {
  const schema = keysOf(provider)[key];
  assert.ok(typeof schema === 'object', `${provider}: ${key}`);
  return schema;
}

const samples: Readonly<Record<string, unknown>> = {
  id: 'p',
  name: 'P',
  provider: 'googleDataPortability',
  endpoint: 'https://example.com',
  identities: [{ id: 'i' }],
};

/** The keys of a valibot object schema. */
function entriesOf(schema: object): Readonly<Record<string, object>> {
  const entries: unknown = 'entries' in schema ? schema.entries : undefined;
  assert.ok(typeof entries === 'object' && entries !== null, 'a provider describes its options as an object');
  return entries as Record<string, object>;
}

interface Rules {
  readonly choices: readonly string[] | undefined;
  readonly preset: unknown;
  readonly pattern: string | undefined;
  readonly maxLength: number | undefined;
}

function rulesOf(schema: object): Rules {
  if ('wrapped' in schema) {
    const preset: unknown = 'default' in schema ? schema.default : undefined;
    return { ...rulesOf(schema.wrapped as object), preset };
  }
  const steps = 'pipe' in schema ? (schema.pipe as readonly { type: string; requirement?: unknown }[]) : [];
  const requirement = (type: string): unknown => steps.find((step) => step.type === type)?.requirement;
  const pattern = requirement('regex');
  const maxLength = requirement('max_length');
  return {
    choices: 'options' in schema ? (schema.options as readonly string[]) : undefined,
    preset: undefined,
    pattern: pattern instanceof RegExp ? pattern.source : undefined,
    maxLength: typeof maxLength === 'number' ? maxLength : undefined,
  };
}
