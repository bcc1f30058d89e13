import assert from 'node:assert/strict';
import type { FileProblem } from '../../../src/core/downloadPorts';
import {
  addressRefused,
  brokeOff,
  bytesText,
  cancelled,
  type DownloadEnding,
  noSpace,
  notThere,
  partsChanged,
  unread,
  unservedEnding,
  unwritten,
  wrongHash,
  wrongSize,
} from '../../../src/core/downloadReasons';
import { type Reason, reason } from '../../../src/core/model';
import { assertTold } from '../../fakes/toldReasons';

const host = 'storage.example';
const why = reason('google.tokenExpired');
const dns = { kind: 'not-sent', cause: 'dns', detail: 'ENOTFOUND' } as const;
const cut = { kind: 'broken', cause: 'cut-body', detail: 'x' } as const;
const malformed = { kind: 'broken', cause: 'malformed', detail: 'a\u202eb' } as const;

/** `code {param: value} +actions < the reason behind it`. */
function told({ code, params, actions, cause }: Reason): string {
  const values = Object.keys(params).length === 0 ? '' : ` ${JSON.stringify(params).replaceAll('"', '')}`;
  const next = actions.map(({ kind }) => ` +${kind}`).join('');
  return `${code}${values}${next}${cause ? ` < ${told(cause)}` : ''}`;
}

function line({ kind, ...ending }: DownloadEnding): string {
  const { reason: because, ...facts } = { reason: undefined, ...ending };
  const known = Object.entries(facts).map(([name, value]) => ` ${name}=${value}`);
  return `${kind}${known.join('')}${because ? `: ${told(because)}` : ''}`;
}

const file = (problem: FileProblem): string => `{code:${problem},missing:2.0 kB} +retry`;

describe('how a download can end', () => {
  const rows: readonly (readonly [DownloadEnding, string])[] = [
    [cancelled(), 'cancelled: download.cancelled +retry'],
    [notThere('in-progress'), 'not-there state=in-progress: download.notComplete'],
    [notThere('failed'), 'not-there state=failed: download.jobFailed'],
    [notThere('cancelled'), 'not-there state=cancelled: download.jobCancelled'],
    [notThere('gone'), 'not-there state=gone: download.gone'],
    [unread({ kind: 'aborted' }), 'cancelled: download.cancelled +retry'],
    [
      unread({ kind: 'no-such-job', reason: why }),
      'not-there state=no-such-job: download.noSuchJob < google.tokenExpired',
    ],
    [
      unread({ kind: 'dead-credential', reason: why }),
      'dead-credential: download.deadCredential +sign-in < google.tokenExpired',
    ],
    [unread({ kind: 'failed', reason: why }), 'failed: download.stateUnread +retry < google.tokenExpired'],
    [partsChanged(2, 3), 'parts-changed before=2 now=3: download.partsChanged {before:2,now:3} +retry'],
    [noSpace(1_500, 999), 'no-space needed=1500 free=999: download.noSpace {needed:1.5 kB,free:999 bytes} +retry'],
    [wrongSize(5, 4), 'wrong-size expected=5 actual=4: download.wrongSize {expected:5,actual:4} +retry'],
    [wrongHash(), 'wrong-hash: download.wrongHash +retry'],
    ...(['full', 'quota'] as const).map((problem): readonly [DownloadEnding, string] => [
      unwritten({ kind: 'failed', problem, code: problem, missingBytes: 2_000 }),
      `no-space needed=2000: download.${problem === 'full' ? 'diskFull' : 'quota'} ${file(problem)}`,
    ]),
    ...(
      [
        ['file-limit', 'fileLimit'],
        ['read-only', 'readOnly'],
        ['denied', 'denied'],
        ['missing', 'folderMissing'],
        ['other', 'fileFailed'],
      ] as const
    ).map(([problem, code]): readonly [DownloadEnding, string] => [
      unwritten({ kind: 'failed', problem, code: problem, missingBytes: 2_000 }),
      `failed: download.${code} ${file(problem)}`,
    ]),
    [
      unwritten({ kind: 'failed', problem: 'full', code: 'ENOSPC' }),
      'no-space needed=0: download.diskFull {code:ENOSPC,missing:0 bytes} +retry',
    ],
    [
      unservedEnding({ kind: 'refused', status: 403 }, host),
      'failed: download.refused {host:storage.example,status:403} +retry',
    ],
    [
      unservedEnding({ kind: 'refused', status: 403, code: 'AccessDenied' }, host),
      'failed: download.refused {host:storage.example,status:403 AccessDenied} +retry',
    ],
    [
      unservedEnding({ kind: 'redirect', status: 302, location: 'https://elsewhere.example' }, host),
      'failed: download.redirect {host:storage.example,location:https://elsewhere.example} +retry',
    ],
    [
      unservedEnding({ kind: 'redirect', status: 302, location: undefined }, host),
      'failed: download.redirect {host:storage.example,location:?} +retry',
    ],
    [unservedEnding(malformed, host), 'failed: download.unusable {host:storage.example,detail:a b} +retry'],
    [addressRefused(403), 'failed: download.addressRefused {status:403} +retry'],
  ];
  for (const [ending, expected] of rows) {
    it(expected, () => {
      assert.equal(line(ending), expected);
      if ('reason' in ending) assertTold(ending.reason);
    });
  }

  it('says what lies behind when nothing could be reached, or it broke off again and again', () => {
    const notReached = unservedEnding(dns, host);
    assert.match(line(notReached), /^failed: download\.notConnected \+retry < http\.dns \{.*host:storage\.example/);
    assert.match(line(unservedEnding(cut, host)), /^failed: http\.cut-body \{.*\} \+retry$/);
    const broken = brokeOff(3, cut, host);
    assert.match(line(broken), /^failed: download\.broke \{times:3\} \+retry < http\.cut-body/);
    for (const ending of [notReached, broken]) if ('reason' in ending) assertTold(ending.reason);
  });

  const sizes: readonly (readonly [number, string])[] = [
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1_000, '1.0 kB'],
    [1_001, '1.1 kB'],
    [999_900, '999.9 kB'],
    [999_901, '1.0 MB'],
    [2_500_000, '2.5 MB'],
    [1_000_000_000, '1.0 GB'],
    [1_000_000_000_000, '1.0 TB'],
    [5_000_000_000_000_000, '5000.0 TB'],
  ];
  for (const [bytes, text] of sizes) it(`${bytes} bytes are ${text}`, () => assert.equal(bytesText(bytes), text));
});
