import type { FieldError, Problem } from './types';

/** The daemon answered, and the answer is no. */
export class ApiError extends Error {
  override name = 'ApiError';
  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
  ) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
  }
  get requestId(): string | undefined {
    return this.problem.request_id;
  }
  get fields(): FieldError[] {
    return this.problem.errors ?? [];
  }
}

/** The daemon did not answer: no line, no process, or too slow. */
export class NetworkError extends Error {
  override name = 'NetworkError';
}

export function isStatus(error: unknown, ...statuses: number[]): error is ApiError {
  return error instanceof ApiError && statuses.includes(error.status);
}

export interface FieldMessages {
  /** Field name → what is wrong with it. */
  at: Record<string, string>;
  /** Messages for no field that the form shows. */
  other: string[];
}

/**
 * Sorts a 422's `errors[]` to the fields of a form. A pointer below a field ("/tags/3") counts for
 * the field; several messages for one field are joined.
 */
export function fieldMessages(error: unknown, fields: readonly string[]): FieldMessages {
  const messages: FieldMessages = { at: {}, other: [] };
  if (!(error instanceof ApiError)) return messages;
  for (const { pointer, message } of error.fields) {
    const field = pointer.replace(/^[?/]/, '').split('/')[0] ?? '';
    if (!fields.includes(field)) {
      messages.other.push(message);
      continue;
    }
    const earlier = messages.at[field];
    messages.at[field] = earlier ? `${earlier} ${message}` : message;
  }
  return messages;
}
