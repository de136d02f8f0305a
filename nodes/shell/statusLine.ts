import type { Node, NodeStatusFill, NodeStatusShape } from 'node-red';

/** One change a second is all a status line needs, and all that many open editors should be sent. */
const throttleMs = 1_000;

/** A node's status line: changes of state show at once, progress at most once a second, the last word stays. */
export class StatusLine {
  readonly #node: Pick<Node, 'status'>;
  #pending: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(node: Pick<Node, 'status'>) {
    this.#node = node;
  }

  show(fill: NodeStatusFill, shape: NodeStatusShape, text: string): void {
    this.#pending = undefined;
    this.#node.status({ fill, shape, text });
  }

  /** `make` is only called when the line is really shown. */
  progress(fill: NodeStatusFill, shape: NodeStatusShape, make: () => string): void {
    this.#pending = () => this.#node.status({ fill, shape, text: make() });
    if (this.#timer) return;
    this.#flush();
    this.#timer = setInterval(() => {
      if (this.#pending) return this.#flush();
      clearInterval(this.#timer);
      this.#timer = undefined;
    }, throttleMs);
    this.#timer.unref();
  }

  clear(): void {
    this.#pending = undefined;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#node.status({});
  }

  #flush(): void {
    const show = this.#pending;
    this.#pending = undefined;
    show?.();
  }
}
