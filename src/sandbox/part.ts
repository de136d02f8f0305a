import type { SandboxHandler } from './server';

/** One route of the sandbox's control API, contributed by the system it steers. */
export interface ControlRoute {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Exact path below the control URL, for example `/braze/users`. */
  path: string;
  /** One line for the control API's own index. */
  about: string;
  handle: SandboxHandler;
}

/** One running system of the sandbox, as the assembly sees it. */
export interface SandboxPart {
  url: string;
  control: ControlRoute[];
  /** Back to the empty state it had after start; counters included. */
  reset(): void;
  close(): Promise<void>;
}
