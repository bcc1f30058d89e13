/** The official client of Firebase Authentication. Only the few members that are called are typed here. */
import { load } from './officialClient';

export interface User {
  readonly uid: string;
  readonly email: string | null;
  readonly providerData: ReadonlyArray<{ readonly providerId: string; readonly uid: string }>;
  getIdToken(forceRefresh?: boolean): Promise<string>;
}

export interface Auth {
  readonly currentUser: User | null;
  tenantId: string | null;
}

interface Credential {
  readonly providerId: string;
}

export interface FirebaseAuth {
  initializeAuth(app: object, options: { persistence: unknown }): Auth;
  readonly inMemoryPersistence: unknown;
  connectAuthEmulator(auth: Auth, url: string, options: { disableWarnings: boolean }): void;
  readonly OAuthProvider: new (
    providerId: string,
  ) => {
    credential(parameters: { idToken: string; rawNonce?: string }): Credential;
  };
  signInWithCredential(auth: Auth, credential: Credential): Promise<{ user: User }>;
  signInWithEmailAndPassword(auth: Auth, email: string, password: string): Promise<{ user: User }>;
  signInWithCustomToken(auth: Auth, token: string): Promise<{ user: User }>;
  createUserWithEmailAndPassword(auth: Auth, email: string, password: string): Promise<{ user: User }>;
  revokeAccessToken(auth: Auth, token: string): Promise<void>;
}

export interface FirebaseApp {
  initializeApp(options: { apiKey: string; projectId: string }, name: string): object;
  deleteApp(app: object): Promise<void>;
}

export function firebaseAuth(): FirebaseAuth {
  return load<FirebaseAuth>('@firebase/auth');
}

export function firebaseApp(): FirebaseApp {
  return load<FirebaseApp>('@firebase/app');
}
