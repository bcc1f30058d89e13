/** `/o/oauth2/v2/auth`: who is asked, what was ticked, and how the browser gets back to the client. */
import type { Hono } from 'hono';
import type { ConsentQuestion } from '../consentPage';
import { accountPage, consentPage, deadEndPage } from '../consentPage';
import type { AccessChoice, AutoApproval } from './api';
import type { AuthRequest } from './authRequest';
import { incrementalAuth, invalidRequest, readAuthRequest } from './authRequest';
import { grantedAlready } from './consents';
import { frontEndPage, toResponse } from './errors';
import type { GoogleService } from './service';
import { addCredential, mintCode } from './tokens';
import type { User } from './world';
import { findUser, resourceOf } from './world';

const path = '/o/oauth2/v2/auth';

export function mountAuthorize(app: Hono, service: GoogleService): void {
  app.get(path, ({ req }) => show(service, new URL(req.url)));
  app.post(path, async ({ req }) => decide(service, new URL(req.url), new URLSearchParams(await req.text())));
}

async function show(service: GoogleService, url: URL): Promise<Response> {
  const world = service.world();
  if (url.href.length - url.origin.length > world.switches.maxAuthUrlLength) {
    return toResponse(frontEndPage(400, 'The server cannot process the request because it is malformed.'));
  }
  const read = readAuthRequest(world, url.searchParams);
  if (read.kind === 'dead-end') return deadEndPage(read.deadEnd);
  const { request } = read;
  const { autoApprove } = world.switches;
  if (autoApprove) return approveUnasked(service, request, autoApprove);
  if (request.prompt.has('none')) return redirect(request, { error: 'interaction_required' });
  const user = request.prompt.has('select_account') ? undefined : findUser(world, request.loginHint ?? '');
  if (!user) return chooseAccount(service, url, request);
  return refusal(service, request, user, request.scopes) ?? ask(url, request, user);
}

async function decide(service: GoogleService, url: URL, form: URLSearchParams): Promise<Response> {
  const world = service.world();
  const read = readAuthRequest(world, url.searchParams);
  if (read.kind === 'dead-end') return deadEndPage(read.deadEnd);
  const { request } = read;
  if (form.get('decision') !== 'continue') return redirect(request, { error: 'access_denied' });
  const user = findUser(world, form.get('user') ?? '');
  if (!user) return chooseAccount(service, url, request);
  const ticked = form.getAll('scope');
  const scopes = request.scopes.filter((scope) => ticked.includes(scope));
  const again = (problem: string) => ({ problem, ticked: scopes, access: form.get('access') });
  if (scopes.length === 0) return ask(url, request, user, again('Tick at least one, or press Cancel.'));
  const access = readAccess(form.get('access'));
  if (!access) return ask(url, request, user, again('Choose for how long.'));
  return refusal(service, request, user, scopes) ?? approve(service, request, user, scopes, access);
}

function readAccess(text: string | null): AccessChoice | undefined {
  const choices: readonly AccessChoice[] = ['once', '30-days', '180-days'];
  return text === null ? 'once' : choices.find((choice) => choice === text);
}

function approveUnasked(
  service: GoogleService,
  request: AuthRequest,
  approval: AutoApproval,
): Response | Promise<Response> {
  const world = service.world();
  const user =
    findUser(world, request.loginHint ?? '') ?? findUser(world, approval.user ?? '') ?? Object.values(world.users)[0];
  if (!user) return deadEndPage(invalidRequest('There is no test user in the sandbox who could consent.'));
  const scopes = request.scopes.filter((scope) => !approval.untick?.includes(resourceOf(scope) ?? scope));
  if (scopes.length === 0) return redirect(request, { error: 'access_denied' });
  return (
    refusal(service, request, user, request.scopes) ??
    approve(service, request, user, scopes, approval.access ?? 'once')
  );
}

/** The pages that keep this user from being asked at all. */
function refusal(
  service: GoogleService,
  { project, scopes }: AuthRequest,
  user: User,
  wanted: readonly string[],
): Promise<Response> | undefined {
  const world = service.world();
  if (project.testing && project.testUsers && !project.testUsers.includes(user.email)) {
    return deadEndPage({
      status: 403,
      code: 'access_denied',
      title: 'Access blocked: this app is being tested',
      sentence: `Only testers that the developer has listed may use it, and ${user.email} is not one of them.`,
    });
  }
  if (world.switches.regionError === 'consent-page' && user.region === 'elsewhere') {
    return deadEndPage({
      status: 403,
      code: 'access_denied',
      title: 'Access blocked: not available for this account',
      sentence: 'Data Portability is open to accounts of the EEA, Switzerland and the United Kingdom.',
    });
  }
  const live = grantedAlready(world, { user: user.email, project: project.number }, wanted, service.clock.now());
  return live.length > 0 ? deadEndPage(incrementalAuth(scopes)) : undefined;
}

function approve(
  service: GoogleService,
  request: AuthRequest,
  user: User,
  scopes: readonly string[],
  access: AccessChoice,
): Response {
  const world = service.world();
  const now = service.clock.now();
  const resources = scopes.map(resourceOf).filter((resource) => resource !== undefined);
  const consent = {
    user: user.email,
    project: request.project.number,
    clientId: request.client.id,
    scopes,
    access: Object.fromEntries(resources.map((resource) => [resource, access])),
    online: request.online,
  };
  const credential = addCredential(world, service.ids(), consent, now);
  const code = mintCode(world, service.ids(), credential, request, now);
  return redirect(request, { code, scope: scopes.join(' ') });
}

function redirect(request: AuthRequest, result: Record<string, string>): Response {
  const target = new URL(request.redirectUri);
  if (request.state !== null) target.searchParams.set('state', request.state);
  for (const [name, value] of Object.entries(result)) target.searchParams.set(name, value);
  const headers = { location: target.href, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };
  return new Response(null, { status: 302, headers });
}

function ask(url: URL, request: AuthRequest, user: User, again?: ConsentQuestion['again']): Promise<Response> {
  const other = new URL(url);
  other.searchParams.set(
    'prompt',
    [...request.prompt]
      .filter((word) => word !== '')
      .concat('select_account')
      .join(' '),
  );
  return consentPage({
    clientId: request.client.id,
    user: user.email,
    scopes: request.scopes.map((scope) => ({ scope, label: resourceOf(scope) ?? scope })),
    asksDuration: request.scopes.some((scope) => resourceOf(scope) !== undefined),
    action: path + url.search,
    otherAccount: path + other.search,
    ...(again ? { again } : {}),
  });
}

function chooseAccount(service: GoogleService, url: URL, request: AuthRequest): Promise<Response> {
  const users = Object.keys(service.world().users);
  const { loginHint } = request;
  const parameters = [...url.searchParams]
    .filter(([name]) => name !== 'login_hint')
    .map(([name, value]): [string, string] =>
      name === 'prompt' ? [name, value.replace(/\bselect_account\b/, '').trim()] : [name, value],
    );
  const unknownHint = loginHint !== undefined && !findUser(service.world(), loginHint) ? loginHint : undefined;
  return accountPage(users, path, parameters, unknownHint);
}
