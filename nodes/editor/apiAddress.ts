import { blueconicTenantUrl } from '../../src/blueconic/tenantUrl';
import { brazeEndpoint } from '../../src/braze/instances';
import { type Fault, isBlank, isEnvironmentValue } from './checks';

/** What is wrong with a typed REST endpoint of Braze: exactly what the runtime would refuse. */
export function brazeEndpointFault(value: unknown): Fault | undefined {
  return addressFault(value, brazeEndpoint, 'brazeEndpoint');
}

/** What is wrong with a typed tenant URL of BlueConic: exactly what the runtime would refuse. */
export function tenantUrlFault(value: unknown): Fault | undefined {
  return addressFault(value, blueconicTenantUrl, 'tenantUrl');
}

function addressFault(
  value: unknown,
  read: (text: string) => string,
  fault: Fault['fault'],
): Fault | undefined {
  if (isEnvironmentValue(value)) return undefined;
  if (isBlank(value)) return { fault: 'required' };
  try {
    read(String(value));
    return undefined;
  } catch {
    return { fault };
  }
}
