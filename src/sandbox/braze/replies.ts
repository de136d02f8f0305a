import type { SandboxReply } from '../server';

/** An answer that refuses the whole request. */
export function refusal(status: number, message: string): SandboxReply {
  return { status, body: { message } };
}

/** An answer of a write endpoint. */
export function accepted(values: object = {}): SandboxReply {
  return { status: 201, body: { ...values, message: 'success' } };
}

/** An answer of a read endpoint. */
export function found(values: object, headers: Record<string, string> = {}): SandboxReply {
  return { status: 200, headers, body: { message: 'success', ...values } };
}
