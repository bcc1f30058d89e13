/** The control plane of the sandbox over HTTP: it runs in a process of its own, so that what it keeps is not counted here. */
import { Agent, request } from 'node:http';

export class SandboxControl {
  #agent = new Agent({ keepAlive: true, maxSockets: 8 });

  constructor(readonly origin: string) {}

  get<T>(path: string): Promise<T> {
    return this.#call('GET', path);
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.#call('POST', path, body);
  }

  delete<T>(path: string): Promise<T> {
    return this.#call('DELETE', path);
  }

  /** Closes its own connections, so that those of the extension alone are counted. */
  rest(): void {
    this.#agent.destroy();
    this.#agent = new Agent({ keepAlive: true, maxSockets: 8 });
  }

  #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const url = `${this.origin}/__sandbox/${path}`;
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    return new Promise((resolve, reject) => {
      const sending = request(url, { method, headers, agent: this.#agent }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const said = Buffer.concat(chunks).toString();
          if (answer.statusCode === 200) resolve(JSON.parse(said) as T);
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${said}`));
        });
      });
      sending.on('error', reject);
      sending.end(text);
    });
  }
}
