import assert from 'node:assert/strict';
import type { Failure } from './sampleSandbox';
import { answered, SampleSandbox } from './sampleSandbox';

interface Described {
  readonly id: string;
  readonly rootUrl: string;
  readonly servicePath: string;
  readonly auth: { readonly oauth2: { readonly scopes: Record<string, unknown> } };
  readonly resources: Record<string, { readonly methods: Record<string, Method> }>;
  readonly schemas: Record<string, { readonly id: string; readonly properties: Record<string, unknown> }>;
}

interface Method {
  readonly httpMethod: string;
  readonly path: string;
  readonly flatPath: string;
  readonly request?: { readonly $ref: string };
  readonly response: { readonly $ref: string };
  readonly scopes: readonly string[];
}

describe('sandbox: the discovery document', () => {
  let sandbox: SampleSandbox;
  beforeEach(async () => {
    sandbox = await SampleSandbox.start();
  });
  afterEach(() => sandbox.running.close());

  const read = async (query: string) => answered(await fetch(`${sandbox.running.origin}/$discovery/rest${query}`));

  for (const version of ['v1', 'v1beta']) {
    it(`${version}: describes the six methods, each of which answers here`, async () => {
      const document = (await read(`?version=${version}`)).json<Described>();
      assert.equal(document.id, `dataportability:${version}`);
      const methods = Object.values(document.resources).flatMap((resource) => Object.values(resource.methods));
      assert.deepEqual(methods.map(({ httpMethod, flatPath }) => `${httpMethod} ${flatPath}`).sort(), [
        `GET ${version}/archiveJobs/{archiveJobsId}/portabilityArchiveState`,
        `POST ${version}/accessType:check`,
        `POST ${version}/archiveJobs/{archiveJobsId}:cancel`,
        `POST ${version}/archiveJobs/{archiveJobsId}:retry`,
        `POST ${version}/authorization:reset`,
        `POST ${version}/portabilityArchive:initiate`,
      ]);
      for (const { httpMethod, flatPath, request, response, scopes } of methods) {
        const path = flatPath.replace('{archiveJobsId}', 'made-up');
        const call = await fetch(document.rootUrl + document.servicePath + path, { method: httpMethod });
        assert.equal(call.status, 401, path);
        for (const ref of [request, response]) {
          if (ref) assert.equal(document.schemas[ref.$ref]?.id, ref.$ref);
        }
        assert.deepEqual(scopes, Object.keys(document.auth.oauth2.scopes));
        assert.equal(scopes.length, 73);
        assert.equal(new Set(scopes).size, 73);
      }
    });
  }

  it('is that of v1 when no version is named, and not there for another', async () => {
    assert.equal((await read('')).json<Described>().id, 'dataportability:v1');
    for (const version of ['v2', 'V1', 'constructor']) {
      const answer = await read(`?version=${version}`);
      assert.equal(answer.status, 404, version);
      assert.equal(answer.json<Failure>().error.status, 'NOT_FOUND');
    }
  });

  it('can be made to fail', async () => {
    sandbox.running.control.google.fault('unavailable503', { route: 'discovery', times: 1 });
    assert.equal((await read('?version=v1')).status, 503);
    assert.equal((await read('?version=v1')).status, 200);
  });
});
