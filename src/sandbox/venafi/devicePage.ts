/** The pages of the device flow. */
import { html } from 'hono/html';
import { pageResponse } from '../page';

const path = '/vedauth/device';

export function askForCode(again?: { readonly typed: string; readonly problem: string }): Promise<Response> {
  const content = html`<h1>Connect a device</h1>
${again ? html`<p class="bad" role="alert" id="problem">${again.problem}</p>` : ''}
<form method="get" action="${path}">
<p><label for="code">Code shown on the device</label>
<input class="code" id="code" name="user_code" required autofocus autocomplete="off" autocapitalize="characters" spellcheck="false" value="${again?.typed ?? ''}"${again ? html` aria-invalid="true" aria-describedby="problem"` : ''}></p>
<p class="actions"><button type="submit" class="main">Continue</button></p>
</form>`;
  return pageResponse(again ? `${again.problem} Connect a device` : 'Connect a device', content, again ? 400 : 200);
}

export interface DeviceQuestion {
  readonly application: string;
  readonly scope: string;
  readonly userCode: string;
  readonly people: readonly {
    readonly name: string;
    readonly fullName: string;
    readonly prefixedUniversal: string;
  }[];
}

export function askForConsent(question: DeviceQuestion, problem?: string): Promise<Response> {
  const { application, scope, userCode, people } = question;
  // "Approve" stands first: the Enter key presses the first button of a form.
  const content = html`<h1>Connect ${application}?</h1>
<p>It shows the code <code>${userCode}</code> and asks for <code>${scope}</code>.</p>
${problem ? html`<p class="bad" role="alert" id="problem">${problem}</p>` : ''}
${people.length === 0 ? html`<p>There is no test user yet. Add the sample world with <code>POST /__sandbox/venafi/seed-sample</code>, or users of your own with <code>POST /__sandbox/venafi/seed</code>.</p>` : ''}
<form method="post" action="${path}">
<input type="hidden" name="user_code" value="${userCode}">
<fieldset${problem ? html` aria-describedby="problem"` : ''}>
<legend>Sign in as</legend>
${people.map(
  ({ name, fullName, prefixedUniversal }, index) =>
    html`<label><input type="radio" name="identity" value="${prefixedUniversal}" required${index === 0 ? html` checked autofocus` : ''}>
<span>${name} <small>${fullName}</small></span></label>
`,
)}</fieldset>
<p class="actions">
<button type="submit" name="decision" value="approve" class="main">Approve</button>
<button type="submit" name="decision" value="deny" formnovalidate>Deny</button>
</p>
</form>`;
  return pageResponse(problem ? `${problem} Connect a device` : 'Connect a device', content, problem ? 400 : 200);
}

const outcomes = {
  approved: { title: 'Connected', sentence: 'The device is signed in. You can close this page.' },
  denied: { title: 'Denied', sentence: 'The device is not signed in. You can close this page.' },
  answered: { title: 'Answered already', sentence: 'This code has been answered. Start again on the device.' },
} as const;

export function tellOutcome(outcome: keyof typeof outcomes): Promise<Response> {
  const { title, sentence } = outcomes[outcome];
  return pageResponse(
    title,
    html`<h1>${title}</h1>\n<p role="status">${sentence}</p>`,
    outcome === 'answered' ? 400 : 200,
  );
}
