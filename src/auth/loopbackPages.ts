/** The pages that the browser is left with. Fixed texts: nothing of a request is ever repeated. */

export type LoopbackPage = keyof typeof texts;

const texts = {
  received: {
    status: 200,
    title: 'Consent received',
    text: 'The sign-in goes on in the editor. You may close this page.',
  },
  denied: {
    status: 200,
    title: 'No consent was given',
    text: 'Cancel was pressed on the consent page. You may close this page and go back to the editor.',
  },
  failed: {
    status: 200,
    title: 'The sign-in was refused',
    text: 'The service answered with an error. The editor says which; you may close this page.',
  },
  over: {
    status: 410,
    title: 'This sign-in is over',
    text: 'It was answered before, and nothing was changed. You may close this page.',
  },
  wrong: {
    status: 400,
    title: 'Not the expected answer',
    text: 'This page does not belong to the sign-in that the editor waits for. Nothing was changed.',
  },
  'not-found': { status: 404, title: 'Not found', text: 'There is nothing here.' },
  'wrong-method': { status: 405, title: 'Not allowed', text: 'This address can only be read.' },
  'wrong-host': { status: 421, title: 'Not this host', text: 'This address answers to its own name only.' },
  'too-long': { status: 414, title: 'Too long', text: 'This address is too long.' },
} as const;

export interface RenderedPage {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
};

export function renderPage(page: LoopbackPage): RenderedPage {
  const { status, title, text } = texts[page];
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} – Reconsent</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 32rem; margin: 20vh auto 0; padding: 0 1rem; }
</style>
<h1>${title}</h1>
<p>${text}</p>
</html>
`;
  const sized = { ...headers, 'content-length': String(Buffer.byteLength(body)) };
  return { status, headers: status === 405 ? { ...sized, allow: 'GET' } : sized, body };
}
