/** The downloads of this window. They end with it; what they left behind is gone on from later. */
import type { TargetKey } from '../../core/model';

export class RunningDownloads {
  readonly #underWay = new Map<string, AbortController>();

  /** `undefined` while the archive is being downloaded already: a double click starts nothing. */
  begin(key: TargetKey, jobId: string): AbortController | undefined {
    const id = idOf(key, jobId);
    if (this.#underWay.has(id)) return undefined;
    const controller = new AbortController();
    this.#underWay.set(id, controller);
    return controller;
  }

  end(key: TargetKey, jobId: string): void {
    this.#underWay.delete(idOf(key, jobId));
  }

  stop(key: TargetKey, jobId: string): void {
    this.#underWay.get(idOf(key, jobId))?.abort();
  }

  dispose(): void {
    for (const controller of this.#underWay.values()) controller.abort();
  }
}

function idOf(key: TargetKey, jobId: string): string {
  return JSON.stringify([key, jobId]);
}
