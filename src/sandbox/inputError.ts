/** The caller of the control plane asked for something that makes no sense. The message is for a developer. */
export class SandboxInputError extends Error {
  override readonly name = 'SandboxInputError';
}
