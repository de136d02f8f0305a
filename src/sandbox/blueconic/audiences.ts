import type { ProfileView } from './profileView';

const day = 86_400_000;

/** The audience parameters of a segment listing (contracts: blueconic 3.4, since r96). */
export interface AudienceQuery {
  audienceId: string;
  autoCommit: boolean;
  trackProperties: readonly string[];
  /** Epoch milliseconds. */
  modifiedSince?: number;
  /** `trackPropertyChangesInNumberOfDays` */
  days?: number;
}

/**
 * Remembers which profiles were handed to which audience. An audience comes into being with its first use.
 *
 * Decision on "again only if the tracked properties were recently modified": one of them must have changed after
 * the profile was handed out, and, where given, also after `trackPropertiesModifiedSince` and within the last
 * `trackPropertyChangesInNumberOfDays` days. Without `trackProperties` a profile never comes twice.
 */
export class Audiences {
  /** Audience id -> profile id -> the order of the latest write when it was handed out. */
  readonly #exported = new Map<string, Map<string, number>>();

  wants(profile: ProfileView, query: AudienceQuery, now: number): boolean {
    const exportedAt = this.#exported.get(query.audienceId)?.get(profile.id);
    if (exportedAt === undefined) return true;
    const since = Math.max(
      query.modifiedSince ?? Number.NEGATIVE_INFINITY,
      query.days === undefined ? Number.NEGATIVE_INFINITY : now - query.days * day,
    );
    return query.trackProperties.some((property) => {
      const written = profile.written(property);
      return written !== undefined && written.order > exportedAt && written.at >= since;
    });
  }

  commit(audienceId: string, profileId: string, order: number): void {
    let profiles = this.#exported.get(audienceId);
    if (!profiles) {
      profiles = new Map();
      this.#exported.set(audienceId, profiles);
    }
    profiles.set(profileId, order);
  }
}
