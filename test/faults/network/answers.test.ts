/** Answers that are none, or not whole: it is not known what became of the request until a read has shown it. */
import {
  brokenChunks,
  cutBody,
  flood,
  gzipBomb,
  manyHeaders,
  noAnswer,
  notHttp,
  portal,
  reset,
  slowLoris,
  tooLong,
  tooShort,
} from './accidents';
import { lostAnswers } from './lostAnswers';

const closed = /closed the connection without an answer/;
const late = /did not answer in time/;
const brokeOff = /The answer of 127\.0\.0\.1:\d+ broke off/;
const far = /far larger than an answer of this service/;
const notOurs = /something that is not HTTP/;
const page = /a sign-in page of the network/;
const notTheService = {
  googleDataPortability: 'google.unexpectedAnswer',
  identityPlatform: 'identityPlatform.unexpectedAnswer',
  venafiTpp: 'venafi.notJson',
};

describe('fault 25: a captive portal', () =>
  lostAnswers({
    '200 with a page': {
      accident: () => portal,
      code: notTheService,
      happened: page,
    },
  }));

describe('fault 27: an answer that is cut off, or none', () =>
  lostAnswers({
    'a reset after the body': { accident: () => reset, code: 'http.connection-reset', happened: closed },
    'no answer': { accident: noAnswer, code: 'http.timeout', happened: late },
    'a cut body': { accident: () => cutBody, code: 'http.cut-body', happened: brokeOff },
  }));

describe('fault 28: an answer without end', () =>
  lostAnswers({
    'slow-loris': { accident: slowLoris, code: 'http.timeout', happened: late },
    '200 MB': { accident: () => flood, code: 'http.too-large', happened: far },
    'a gzip bomb': { accident: () => gzipBomb, code: 'http.too-large', happened: far },
    '10,000 headers': { accident: () => manyHeaders, code: 'http.too-large', happened: far },
  }));

describe('fault 31: an answer that breaks HTTP', () =>
  lostAnswers({
    'a Content-Length that is too long': { accident: () => tooLong, code: 'http.cut-body', happened: brokeOff },
    'a Content-Length that is too short': { accident: () => tooShort, code: notTheService, happened: page },
    'broken chunks': { accident: () => brokenChunks, code: 'http.cut-body', happened: brokeOff },
    'not HTTP at all': { accident: () => notHttp, code: 'http.malformed', happened: notOurs },
  }));
