import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type EndpointProblem, isLoopbackHost, parseEndpoint, sameOrigins } from '../../../src/core/endpoint';

describe('parseEndpoint', () => {
  const taken: readonly (readonly [text: string, origin: string])[] = [
    ['https://dataportability.googleapis.com', 'https://dataportability.googleapis.com'],
    ['https://dataportability.googleapis.com/', 'https://dataportability.googleapis.com'],
    ['https://dataportability.googleapis.com:443', 'https://dataportability.googleapis.com'],
    ['https://tpp.corp.example:8443', 'https://tpp.corp.example:8443'],
    ['HTTPS://TPP.Corp.Example', 'https://tpp.corp.example'],
    ['http://127.0.0.1:9400', 'http://127.0.0.1:9400'],
    ['http://127.1:9400', 'http://127.0.0.1:9400'],
    ['http://localhost:9400', 'http://localhost:9400'],
    ['http://[::1]:9400', 'http://[::1]:9400'],
    ['https://[2001:DB8::1]', 'https://[2001:db8::1]'],
  ];
  for (const [text, origin] of taken) {
    it(`takes ${text} as ${origin}`, () => assert.deepEqual(parseEndpoint(text), { kind: 'endpoint', origin }));
  }

  const refused: Readonly<Record<EndpointProblem, readonly string[]>> = {
    'not-a-url': [
      '',
      'tpp.corp.example',
      '//tpp.corp.example',
      'https://',
      'https://tpp.corp.example:99999',
      'https://tpp.corp.example:-1',
      'https://tpp.corp.example:80a',
      'https://[::1',
      'https://[::g]',
      'https://a%40b',
      'https://xn--a',
      'http://127.0.0.999',
      'https:tpp.corp.example',
      'https:/tpp.corp.example',
      'https:///tpp.corp.example',
      'https:////tpp.corp.example',
    ],
    'not-https': [
      'http://tpp.corp.example',
      'http://127.0.0.1.evil.example',
      'http://localhost.evil.example',
      'http://0.0.0.0:9400',
      'http://[::]:9400',
      'http://[::ffff:127.0.0.1]:9400',
      'http://10.0.0.1',
      'ftp://tpp.corp.example',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'data:text/html,x',
      'tpp.corp.example:443',
      'localhost:9400',
      'ws://127.0.0.1',
    ],
    'has-userinfo': [
      'https://user@tpp.corp.example',
      'https://user:pass@tpp.corp.example',
      'https://@tpp.corp.example',
      'https://:@tpp.corp.example',
      'https://tpp.corp.example@evil.example',
      'https://tpp.corp.example:443@evil.example',
    ],
    'has-query': ['https://tpp.corp.example?a=1', 'https://tpp.corp.example/?', 'https://tpp.corp.example?'],
    'has-fragment': ['https://tpp.corp.example#a', 'https://tpp.corp.example/#', 'https://tpp.corp.example#'],
    'has-path': [
      'https://tpp.corp.example/vedsdk',
      'https://tpp.corp.example/../',
      'https://tpp.corp.example/..',
      'https://tpp.corp.example/./',
      'https://tpp.corp.example//',
      'https://tpp.corp.example/%2e%2e/',
      'https://tpp.corp.example/a/..',
    ],
    'has-control-characters': [
      ' https://tpp.corp.example',
      'https://tpp.corp.example ',
      'https://tpp.corp.example\r\nHost: evil.example',
      'https://tpp.corp.example\n',
      'https://tpp\t.corp.example',
      'ht\ntps://tpp.corp.example',
      'https://tpp\u200b.corp.example',
      'https://tpp.corp.example\ufeff',
      'https:\\\\tpp.corp.example',
      'https://tpp.corp.example\\@evil.example',
      'https://tpp.corp.example\u0000',
      'https://tpp.corp.example\u007f',
    ],
    'has-trailing-dot': [
      'https://tpp.corp.example.',
      'https://tpp.corp.example.:443',
      'http://localhost.:9400',
      'https://tpp.corp.example\u3002',
    ],
  };
  for (const [problem, texts] of Object.entries(refused)) {
    for (const text of texts) {
      it(`refuses ${JSON.stringify(text)}: ${problem}`, () =>
        assert.deepEqual(parseEndpoint(text), { kind: 'problem', problem }));
    }
  }

  it('shows look-alikes of another script as what they are, and as no known origin', () => {
    const lookAlike = parseEndpoint('https://dataport\u0430bility.googleapis.com');
    assert.ok(lookAlike.kind === 'endpoint' && lookAlike.origin.startsWith('https://xn--'));
    assert.ok(!sameOrigins(['https://dataportability.googleapis.com'], [lookAlike.origin]));
  });

  it('takes an origin it made as the same origin, and never gives more than an origin', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl(), fc.string(), fc.string({ unit: 'binary' })), (text) => {
        for (const candidate of [text, `https://${text}`, `http://${text}`]) {
          const parsed = parseEndpoint(candidate);
          if (parsed.kind === 'problem') continue;
          const url = new URL(parsed.origin);
          assert.equal(url.origin, parsed.origin);
          assert.ok(url.protocol === 'https:' || isLoopbackHost(url.hostname), parsed.origin);
          assert.deepEqual(parseEndpoint(parsed.origin), parsed);
        }
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});

describe('isLoopbackHost', () => {
  for (const host of ['127.0.0.1', '127.255.1.2', 'localhost', '[::1]']) {
    it(`${host} is`, () => assert.ok(isLoopbackHost(host)));
  }
  for (const host of ['localhost.example', 'x.localhost', '127.0.0.1.example', '128.0.0.1', '0.0.0.0', '::1', '']) {
    it(`"${host}" is not`, () => assert.ok(!isLoopbackHost(host)));
  }
});

describe('sameOrigins', () => {
  const bound = ['https://tpp.corp.example', 'https://auth.corp.example'];
  for (const [name, wanted] of [
    ['one of them', ['https://tpp.corp.example']],
    ['all of them, in any order', [...bound].reverse()],
  ] as const) {
    it(`allows ${name}`, () => assert.ok(sameOrigins(bound, wanted)));
  }
  for (const wanted of [
    'https://tpp.corp.evil.example',
    'https://tpp.corp.example.evil.example',
    'https://tpp.corp.exampl',
    'https://tpp.corp.example:8443',
    'http://tpp.corp.example',
    'https://TPP.corp.example',
    'https://tpp.corp.example/',
    'https://corp.example',
    '',
  ]) {
    it(`refuses "${wanted}", also beside a known one`, () => {
      assert.ok(!sameOrigins(bound, [wanted]));
      assert.ok(!sameOrigins(bound, ['https://tpp.corp.example', wanted]));
    });
  }
  it('refuses everything when bound to nothing', () => assert.ok(!sameOrigins([], bound)));
});
