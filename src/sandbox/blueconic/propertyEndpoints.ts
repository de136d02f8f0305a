import type { SandboxReply } from '../server';
import { BadRequest, bare, jsonBody } from './apiReply';
import { page } from './paging';
import type { CatalogueEntry, PropertyInput } from './propertyCatalogue';
import { valueProblem } from './propertyTypes';
import type { Call } from './routes';

/**
 * `GET /profileProperties` (contracts: blueconic 3.4). Decision on "name must match": the name contains
 * `filterValue`, upper and lower case alike.
 */
export function listProperties({ request, tenant }: Call): SandboxReply {
  const { query } = request;
  const types = query.getAll('filterType').flatMap((list) => list.split(','));
  const name = query.get('filterValue')?.toLowerCase();
  const groupTypeId = query.get('groupTypeId');
  const properties = tenant.catalogue
    .all()
    .filter(({ filterType }) => types.length === 0 || types.includes(filterType))
    .filter((property) => name === undefined || property.name.toLowerCase().includes(name))
    .filter((property) => groupTypeId === null || property.groupTypeId === groupTypeId)
    .map(shown);
  return {
    status: 200,
    body: { ...page(properties, query, 'profileProperties'), links: { links: [] } },
  };
}

/** `GET /profileProperties/{property}` */
export function getProperty({ tenant, params }: Call): SandboxReply {
  const property = tenant.catalogue.get(params.property!);
  return property ? { status: 200, body: shown(property) } : bare(404);
}

/**
 * `PUT /profileProperties/{property}` creates or changes a property. Changing the type drops stored values that do
 * not fit the new one ("may lose data"). Decision: 200 in both cases; system properties are refused with 400.
 */
export async function putProperty({ request, tenant, params }: Call): Promise<SandboxReply> {
  const input = await jsonBody(request);
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new BadRequest('must be an object', 'body');
  const id = params.property!;
  const before = tenant.catalogue.get(id);
  if (before?.system) throw new BadRequest('is a system property', 'id');
  const now = tenant.now();
  const after = tenant.catalogue.put(id, input as PropertyInput, now);
  if (before && !tenant.compact) {
    if (before.filterType !== after.filterType) {
      for (const profile of tenant.full.active()) {
        const values = profile.values(id);
        const kept = values.filter((value) => valueProblem(after.filterType, value) === undefined);
        if (kept.length < values.length) tenant.full.setValues(profile, id, kept, now);
      }
    }
    if (before.indexed !== after.indexed) tenant.full.reindex(id);
  }
  return { status: 200, body: shown(after) };
}

/** `DELETE /profileProperties/{property}` returns the property, and takes its values off all profiles. */
export function deleteProperty({ tenant, params }: Call): SandboxReply {
  const id = params.property!;
  const property = tenant.catalogue.get(id);
  if (!property) return bare(404);
  if (property.system) throw new BadRequest('is a system property', 'id');
  if (!tenant.compact) tenant.full.dropProperty(id);
  tenant.catalogue.delete(id);
  return { status: 200, body: shown(property) };
}

function shown({ system: _system, ...definition }: CatalogueEntry): object {
  return definition;
}
