/** The pages of the consent screen. They follow Google's in what is asked, not in looks. */
import { html } from 'hono/html';
import type { Html } from './page';
import { pageResponse } from './page';

export interface AskedScope {
  readonly scope: string;
  /** What is shown first: the resource name, or the scope itself. */
  readonly label: string;
}

export interface ConsentQuestion {
  readonly clientId: string;
  readonly user: string;
  readonly scopes: readonly AskedScope[];
  /** Whether the duration is asked for: only Data Portability scopes know one. */
  readonly asksDuration: boolean;
  /** Address of this page, parameters included: the form posts there. */
  readonly action: string;
  /** Address of the list of accounts. */
  readonly otherAccount: string;
  /** Why the question is asked again, and what was answered before. */
  readonly again?: {
    readonly problem: string;
    readonly ticked: readonly string[];
    readonly access: string | null;
  };
}

const durations = [
  { value: 'once', label: 'Once', hint: 'one copy of the data, now' },
  { value: '30-days', label: '30 days', hint: 'a fresh copy each day, for 30 days' },
  { value: '180-days', label: '180 days', hint: 'a fresh copy each day, for 180 days' },
] as const;

export function consentPage(question: ConsentQuestion): Promise<Response> {
  const { clientId, user, scopes, asksDuration, action, otherAccount, again } = question;
  const problem = again?.problem;
  // "Continue" stands first: the Enter key presses the first button of a form.
  const content = html`<h1>An app wants a copy of your data</h1>
<p><code>${clientId}</code> asks <strong>${user}</strong>. <a href="${otherAccount}">Use another account</a></p>
${problem ? html`<p class="bad" role="alert" id="problem">${problem}</p>` : ''}
<form method="post" action="${action}">
<input type="hidden" name="user" value="${user}">
<fieldset${problem ? html` aria-describedby="problem"` : ''}>
<legend>What may it copy?</legend>
${scopes.map(
  ({ scope, label }, index) => html`<label><input type="checkbox" name="scope" value="${scope}"${
    !again || again.ticked.includes(scope) ? ' checked' : ''
  }${again && index === 0 ? ' autofocus' : ''}>
<span>${label} <small>${scope}</small></span></label>
`,
)}</fieldset>
${asksDuration ? durationChoice(again?.access ?? 'once') : ''}
<p class="actions">
<button type="submit" name="decision" value="continue" class="main">Continue</button>
<button type="submit" name="decision" value="cancel">Cancel</button>
</p>
</form>`;
  // A screen reader begins with the title.
  return pageResponse(problem ? `${problem} Consent` : 'Consent', content, problem ? 400 : 200);
}

function durationChoice(chosen: string): Html {
  return html`<fieldset>
<legend>For how long?</legend>
${durations.map(
  ({ value, label, hint }) =>
    html`<label><input type="radio" name="access" value="${value}" required${value === chosen ? ' checked' : ''}>
<span>${label} <small>${hint}</small></span></label>
`,
)}</fieldset>`;
}

/** The request's parameters go on as hidden fields; each account is a button that adds itself as `login_hint`. */
export function accountPage(
  users: readonly string[],
  action: string,
  parameters: ReadonlyArray<readonly [string, string]>,
  unknownHint: string | undefined,
): Promise<Response> {
  const list = html`<form method="get" action="${action}">
${parameters.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<ul class="people">
${users.map((user) => html`<li><button type="submit" name="login_hint" value="${user}">${user}</button></li>`)}
</ul>
</form>`;
  const none = html`<p>There is no test user yet. Add the sample world with <code>POST /__sandbox/seed-sample</code>,
or users of your own with <code>POST /__sandbox/seed</code>.</p>`;
  const content = html`<h1>Choose a test user</h1>
${unknownHint === undefined ? '' : html`<p class="bad" role="alert">There is no test user “${unknownHint}” here.</p>`}
${users.length > 0 ? list : none}`;
  return pageResponse('Choose a test user', content);
}

/** An error that stays in the browser: the client's redirect address never hears of it. */
export interface DeadEnd {
  readonly status: 400 | 401 | 403;
  /** As in "Error 400: invalid_request". */
  readonly code: string;
  readonly title: string;
  readonly sentence: string;
  /** Request details, as `name=value`. */
  readonly details?: readonly string[];
}

export function deadEndPage({ status, code, title, sentence, details = [] }: DeadEnd): Promise<Response> {
  const content = html`<h1>${title}</h1>
<p>${sentence}</p>
<p class="bad">Error ${status}: ${code}</p>
${
  details.length > 0
    ? html`<details><summary>Request details</summary>${details.map((line) => html`<p><code>${line}</code></p>`)}</details>`
    : ''
}
<p class="soft">This page does not lead back to the app. Close it, and cancel the sign-in there.</p>`;
  return pageResponse(`Error ${status}: ${code}`, content, status);
}
