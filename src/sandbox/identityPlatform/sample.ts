/** The sample: what a first try of Identity Platform needs, without an account at Google or Apple. */
import { entry } from '../entry';
import { appleKeyPair } from './apple/clientSecret';
import { authorize, mintAppleTokens } from './apple/grants';
import { projectNamed, seededUser, seedIdentityPlatform } from './seed';
import type { IdentityPlatformSample, IdentityPlatformSampleUser } from './seedApi';
import type { IdentityPlatformService } from './service';
import { userKey } from './world';

const project = 'reconsent-sample';
const projectNumber = '210987654321';
const apiKey = 'AIzaSy-sandbox-sample';
const teamId = 'SANDBOXTM1';
const keyId = 'SANDBOXKY1';
const bundleId = 'com.example.reconsent';
const servicesId = 'com.example.reconsent.web';

const people = [
  {
    uid: 'sample-carol',
    email: 'carol.test@example.com',
    password: 'carol-sample',
    name: 'Carol Test',
    sub: '000000.carol.0001',
  },
  {
    uid: 'sample-dave',
    email: 'dave.test@example.com',
    password: 'dave-sample',
    name: 'Dave Test',
    sub: '000000.dave.0001',
  },
] as const;

/** A live authorisation at Apple is kept, an ended one is given anew, as if the user had accepted the sheet again. */
export function seedSample(service: IdentityPlatformService): IdentityPlatformSample {
  const world = service.world();
  seedIdentityPlatform(service, {
    appleClients: [
      { clientId: bundleId, teamId },
      { clientId: servicesId, teamId, group: bundleId },
    ],
    appleKeys: [{ keyId, teamId }],
    appleUsers: people.map(({ sub, email, name }) => ({ sub, email, name })),
    ...(entry(world.projects, project) ? {} : { projects: [sampleProject()] }),
    users: people
      .filter(({ uid }) => !entry(world.users, userKey({ project, uid })))
      .map(({ uid, email, password, name, sub }) => ({
        project,
        uid,
        email,
        emailVerified: true,
        password,
        displayName: name,
        apple: sub,
      })),
  });
  const { privateKey } = appleKeyPair(service.ids().seed, keyId);
  return {
    project,
    projectNumber: projectNamed(service, project).number,
    apiKey,
    apple: { teamId, keyId, privateKey, bundleId, servicesId },
    users: people.flatMap((person): IdentityPlatformSampleUser[] => {
      const user = entry(world.users, userKey({ project, uid: person.uid }));
      if (!user) return [];
      const { grant } = authorize(service, person.sub, bundleId);
      const apple = mintAppleTokens(service, grant, bundleId);
      const { email, password, sub } = person;
      return [{ ...seededUser(service, user), email, password, appleUser: sub, apple }];
    }),
  };
}

function sampleProject() {
  return {
    id: project,
    number: projectNumber,
    apiKeys: [{ key: apiKey }],
    apple: { bundleIds: [bundleId], servicesId, codeFlow: { teamId, keyId } },
  };
}
