/** The frame of every page that a person sees in the sandbox: plain HTML, no script, light and dark. */
import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';

export type Html = ReturnType<typeof html>;

const style = `
:root { color-scheme: light dark; --ink: #1f2328; --soft: #59636e; --paper: #ffffff; --ground: #f3f4f6; --line: #c9d1d9; --accent: #0b57d0; --on-accent: #ffffff; --bad: #b3261e; --bar: #fff3c4; --on-bar: #4d3800; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #a5b0bc; --paper: #1b1f24; --ground: #0f1216; --line: #4a535e; --accent: #a8c7fa; --on-accent: #062e6f; --bad: #ffb4ab; --bar: #4d3f00; --on-bar: #ffefb0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
.bar { margin: 0; padding: .5rem 1rem; background: var(--bar); color: var(--on-bar); text-align: center; font-size: .875rem; }
main { max-width: 36rem; margin: 2rem auto; padding: 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: 1rem; }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: .5rem 0; }
code { font: .875em ui-monospace, monospace; overflow-wrap: anywhere; }
fieldset { margin: 1.5rem 0; padding: .5rem 1rem 1rem; border: 1px solid var(--line); border-radius: .5rem; min-width: 0; }
legend { padding: 0 .5rem; font-weight: 600; }
label { display: flex; gap: .75rem; align-items: flex-start; padding: .375rem 0; }
label small, .soft { color: var(--soft); }
label small { display: block; overflow-wrap: anywhere; }
input { flex: none; width: 1.125rem; height: 1.125rem; margin: .2rem 0 0; accent-color: var(--accent); }
input.code { width: 100%; height: 2.75rem; padding: .25rem .75rem; font: 1.25rem ui-monospace, monospace; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; }
.people { list-style: none; margin: 1.5rem 0 0; padding: 0; display: grid; gap: .5rem; }
.people button { width: 100%; text-align: left; }
button { min-height: 2.75rem; padding: .5rem 1.25rem; border: 1px solid var(--soft); border-radius: .5rem; background: transparent; color: inherit; font: inherit; cursor: pointer; overflow-wrap: anywhere; }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.bad { color: var(--bad); font-weight: 600; }
details { margin-top: 1.5rem; }
@media (max-width: 40rem) { main { margin: 0; border: 0; border-radius: 0; padding: 1.25rem; } .actions button { flex: 1; } }
`;

const styleHash = createHash('sha256').update(style).digest('base64');

/** No script, no frame, nothing from elsewhere. `form-action` is left open: a form here ends in the client's redirect. */
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; frame-ancestors 'none'`;

export async function pageResponse(title: string, content: Html, status = 200): Promise<Response> {
  const page = await html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Reconsent sandbox</title>
<style>${raw(style)}</style>
</head>
<body>
<p class="bar" role="note">Reconsent sandbox: a local stand-in. No real account is involved.</p>
<main>
${content}
</main>
</body>
</html>
`;
  return new Response(String(page), {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy,
      // Not `no-referrer`: that would make browsers send `Origin: null` with the form, like a foreign page.
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    },
  });
}
