import { createHash } from 'node:crypto';

/**
 * Who shares one rate limit: whoever names the same group, by default whoever uses the same host and key (contracts:
 * braze 2.8). The key is not kept.
 */
export function rateGroup(settings: { name?: string; endpoint: string; apiKey: string }): string {
  const name = settings.name?.trim();
  if (name) return `group ${name}`;
  const key = createHash('sha256').update(settings.apiKey.trim()).digest('base64');
  return `key ${settings.endpoint.trim().toLowerCase()} ${key}`;
}
