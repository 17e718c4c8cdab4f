import type { components } from './schema';

type Schemas = components['schemas'];
export type Me = Schemas['Me'];
export type Legacy = Schemas['Legacy'];
export type LegacyCreate = Schemas['LegacyCreate'];
export type LegacyPatch = Schemas['LegacyPatch'];
export type Member = Schemas['Member'];
export type Role = Schemas['Role'];
export type Story = Schemas['Story'];
export type StorySummary = Schemas['StorySummary'];
export type StoryCreate = Schemas['StoryCreate'];
export type StoryPatch = Schemas['StoryPatch'];
export type StoryStatus = Schemas['StoryStatus'];
export type Revision = Schemas['Revision'];
export type RevisionSummary = Schemas['RevisionSummary'];
export type RevisionDiff = Schemas['RevisionDiff'];
export type DeletedStory = Schemas['DeletedStory'];
export type DeletedLegacy = Schemas['DeletedLegacy'];
export type DeadLetter = Schemas['DeadLetter'];
export type Session = Schemas['Session'];
export type Token = Schemas['Token'];
export type NewToken = Schemas['NewToken'];
export type Scope = Schemas['Scope'];
export type SearchHit = Schemas['SearchHit'];
export type Suggestion = Schemas['Suggestion'];
export type Problem = Schemas['Problem'];
export type FieldError = Schemas['FieldError'];

/** A thing others may change too, with the ETag to send back when changing it. */
export interface Versioned<T> {
  value: T;
  etag: string;
}
