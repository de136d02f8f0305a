import { BadRequest, type FieldProblem } from './apiReply';
import { type FilterType, filterTypes } from './propertyTypes';

export const mergeStrategies = [
  'BOTH',
  'SUM',
  'HIGHEST',
  'LOWEST',
  'LATEST',
  'OLDEST',
  'KEEP_CURRENT',
  'SYSTEM_DEFINED',
] as const;
export type MergeStrategy = (typeof mergeStrategies)[number];

export const permissionLevels = ['DO_NOT_TRACK', 'ANONYMOUS', 'PERSONAL'] as const;
export type PermissionLevel = (typeof permissionLevels)[number];

/** One profile property as the REST API shows it (contracts: blueconic 3.4). */
export interface PropertyDefinition {
  id: string;
  name: string;
  description: string;
  tags: string[];
  filterType: FilterType;
  mergeStrategy: MergeStrategy;
  /** True for a unique identifier. */
  indexed: boolean;
  createNewProfile: boolean;
  dataSensitivity: 'NON_PII' | 'PII';
  permissionLevel: PermissionLevel;
  availableForSegmentation: boolean;
  showInUI: boolean;
  canRead: boolean;
  /** False for read-only system properties. */
  canWrite: boolean;
  useValidation: boolean;
  groupTypeId?: string;
  creationDate: string;
  lastModifiedDate: string;
}

/** A catalogue entry: the public definition, and whether the system owns it (then REST cannot change it). */
export interface CatalogueEntry extends PropertyDefinition {
  readonly system: boolean;
}

/** What a definition may be given as; everything else takes its default. */
export type PropertyInput = Partial<Omit<PropertyDefinition, 'creationDate' | 'lastModifiedDate'>>;

/** The profile properties of the tenant. */
export class PropertyCatalogue {
  readonly #entries = new Map<string, CatalogueEntry>();

  get(id: string): CatalogueEntry | undefined {
    return this.#entries.get(id);
  }

  all(): CatalogueEntry[] {
    return [...this.#entries.values()];
  }

  isPii(id: string): boolean {
    return this.#entries.get(id)?.dataSensitivity === 'PII';
  }

  /**
   * Creates or replaces a property. A unique identifier is always PII and of permission level PERSONAL
   * (contracts: blueconic 5.1). Decision: fields left out of a replacement keep their value.
   * @throws BadRequest on an invalid id, type, permission level or merge strategy.
   */
  put(id: string, input: PropertyInput, now: number, system = false): CatalogueEntry {
    const before = this.#entries.get(id);
    refuseInvalid(id, input);
    const stamp = new Date(now).toISOString();
    const indexed = input.indexed ?? before?.indexed ?? false;
    const entry: CatalogueEntry = {
      ...(before ?? defaultsFor(id)),
      ...pickKnown(input),
      id,
      indexed,
      creationDate: before?.creationDate ?? stamp,
      lastModifiedDate: stamp,
      system,
      ...(indexed && { dataSensitivity: 'PII' as const, permissionLevel: 'PERSONAL' as const }),
    };
    this.#entries.set(id, entry);
    return entry;
  }

  delete(id: string): void {
    this.#entries.delete(id);
  }
}

function defaultsFor(id: string) {
  return {
    name: id,
    description: '',
    tags: [],
    filterType: 'SELECT' as FilterType,
    mergeStrategy: 'LATEST' as MergeStrategy,
    createNewProfile: false,
    dataSensitivity: 'NON_PII' as const,
    permissionLevel: 'ANONYMOUS' as PermissionLevel,
    availableForSegmentation: true,
    showInUI: true,
    canRead: true,
    canWrite: true,
    useValidation: true,
  };
}

const settable = [
  'name',
  'description',
  'tags',
  'filterType',
  'mergeStrategy',
  'createNewProfile',
  'dataSensitivity',
  'permissionLevel',
  'availableForSegmentation',
  'showInUI',
  'canRead',
  'canWrite',
  'useValidation',
  'groupTypeId',
] as const;

function pickKnown(input: PropertyInput): PropertyInput {
  return Object.fromEntries(settable.flatMap((key) => (input[key] === undefined ? [] : [[key, input[key]]])));
}

function refuseInvalid(id: string, input: PropertyInput): void {
  const problems: FieldProblem[] = [];
  const oneOf = (field: keyof PropertyInput, allowed: readonly string[]) => {
    const value = input[field];
    if (value !== undefined && !allowed.includes(value as string))
      problems.push({ field, message: `must be one of ${allowed.join(', ')}` });
  };
  if (!/^[A-Za-z0-9_-]+$/.test(id))
    problems.push({ field: 'id', message: 'has letters, digits, - and _ only' });
  if (input.id !== undefined && input.id !== id)
    problems.push({ field: 'id', message: 'differs from the id in the path' });
  oneOf('filterType', filterTypes);
  oneOf('mergeStrategy', mergeStrategies);
  oneOf('permissionLevel', permissionLevels);
  oneOf('dataSensitivity', ['NON_PII', 'PII']);
  if (input.indexed !== undefined && typeof input.indexed !== 'boolean')
    problems.push({ field: 'indexed', message: 'must be true or false' });
  if (input.name !== undefined && typeof input.name !== 'string')
    problems.push({ field: 'name', message: 'must be a text' });
  if (problems.length > 0) throw new BadRequest(problems);
}
